"""`krakentui cancel --all --new-too`: one call, told order by order and as a whole."""

import json

import pytest
from msgspec import structs

from krakentui.commands.cancel import cancel
from krakentui.commands.parser import parse
from krakentui.model.order import Outcome
from krakentui.state.groups import Mass
from krakentui.state.results import ResultsView
from krakentui.state.view import NotAsked, Question
from tests.commands.face import some_orders
from tests.commands.test_cancel import Desk, a_result
from tests.support.contract import CANCEL, complaints

pytestmark = pytest.mark.anyio


class Whole(Desk):
    """Ends its orders, one that it was not asked about, and the mass cancel as it was told to."""

    def __init__(self, outcome: Outcome, count: int | None = 4, *, along: bool = True) -> None:
        super().__init__({"O1": "cancelled", "O2": "cancelled", "O3": "filled"})
        self.outcome = outcome
        self.count = count
        self.along = along
        self.views: tuple[ResultsView, ...] = ()

    def ask_cancel_all(self, *, new_too: bool = False) -> Question | NotAsked:
        asked = super().ask_cancel_all()
        if isinstance(asked, NotAsked):
            return asked
        rows = {row.id for row in self._orders.rows}
        orders = tuple(order for order in asked.orders if order.id in rows)
        return structs.replace(asked, new_too=new_too, orders=orders, counted=self._orders.known)

    def confirm(self, question: Question) -> NotAsked | None:
        super().confirm(question)
        ids = [order.id for order in question.orders]
        if self.along:
            ids.append("O9")
        rows = tuple(a_result(one, self.outcomes.get(one, "cancelled")) for one in ids)
        mass = Mass(
            request=1,
            route="at once",
            phase="over",
            moved_ns=0,
            count=self.count,
            outcome=self.outcome,
            verdict="The cancel of everything, in a sentence.",
        )
        self.views = (ResultsView(number=question.number, rows=rows, settled=True, mass=mass),)
        return None

    def results(self) -> tuple[ResultsView, ...]:
        return self.views


async def cancelled(desk: Desk, line: str) -> int:
    return await cancel(desk, parse(["cancel", "--all", "--new-too", *line.split()]))


async def test_each_order_has_a_line_one_that_was_taken_along_too_and_the_whole_has_the_last(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert await cancelled(Whole("cancelled"), "--yes") == 0
    assert [line[:14] for line in capsys.readouterr().out.splitlines()] == [
        "cancelled  O1 ",
        "cancelled  O2 ",
        "filled     O3 ",
        "cancelled  O9 ",
        "cancelled  The",
    ]


async def test_as_json_the_whole_stands_beside_the_orders(capsys: pytest.CaptureFixture[str]) -> None:
    assert await cancelled(Whole("cancelled"), "--yes --json") == 0
    told = json.loads(capsys.readouterr().out)
    assert complaints(told, CANCEL) == []
    assert (told["everything"]["outcome"], told["everything"]["count"]) == ("cancelled", 4)
    assert [row["id"] for row in told["orders"]] == ["O1", "O2", "O3", "O9"]


@pytest.mark.parametrize(("outcome", "code"), [("not_sent", 1), ("refused", 3), ("unknown", 4)])
async def test_without_any_order_known_the_exit_code_is_that_of_the_whole(
    outcome: Outcome, code: int
) -> None:
    desk = Whole(outcome, None, along=False)
    desk._orders = some_orders(known=False)
    assert await cancelled(desk, "--yes") == code


async def test_a_key_that_may_not_list_orders_sends_it_all_the_same() -> None:
    desk = Whole("cancelled", 7, along=False)
    desk._orders = some_orders(known=False, denied="This key may not list open orders.")
    assert await cancelled(desk, "--yes") == 0
    assert desk.views


async def test_a_dry_run_says_what_it_takes_and_sends_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    desk = Whole("cancelled")
    assert await cancelled(desk, "--dry-run") == 0
    shown = capsys.readouterr().out
    assert shown.startswith("Would cancel EVERYTHING: these 3 and new orders too, of account alice")
    assert desk.views == ()


async def test_what_cannot_be_asked_is_not_sent_with_its_reason(capsys: pytest.CaptureFixture[str]) -> None:
    desk = Desk(not_asked="This key may not cancel.")
    desk._orders = some_orders()
    assert await cancelled(desk, "--yes") == 1
    out = capsys.readouterr().out
    assert out == "not_sent   Not sent: the cancel of everything: This key may not cancel.\n"
