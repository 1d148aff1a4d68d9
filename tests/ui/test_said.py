"""The journal line: what stands, and for how long."""

from krakentui.model.clock import SECOND
from krakentui.state.view import JournalLine
from krakentui.ui.said import NEWS_STANDS_NS, Said


def a_line(number: int, kind: str) -> JournalLine:
    return JournalLine(number=number, wall_ns=0, kind=kind, text=f"{kind} {number}", level="info")


def shown(said: Said, t_ns: int) -> str:
    line = said.line(t_ns)
    return line.text if line is not None else ""


def test_before_anything_happens_there_is_no_line() -> None:
    assert Said().line(0) is None


def test_the_outcome_of_a_cancel_stands_while_others_trade() -> None:
    said = Said()
    said.hear([a_line(1, "cancel")], 0)
    said.hear([a_line(2, "order")], SECOND)
    assert shown(said, 2 * SECOND) == "cancel 1"
    assert shown(said, NEWS_STANDS_NS) == "order 2"


def test_a_second_outcome_replaces_the_first_at_once() -> None:
    said = Said()
    said.hear([a_line(1, "cancel"), a_line(2, "limit")], 0)
    assert shown(said, 1) == "limit 2"


def test_news_without_weight_replace_each_other() -> None:
    said = Said()
    said.hear([a_line(1, "feed")], 0)
    said.hear([a_line(2, "order")], 1)
    assert shown(said, 1) == "order 2"
