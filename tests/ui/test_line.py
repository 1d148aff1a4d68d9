from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from krakentui.ui.line import Span, clip, fit, pad, rule, span_width, spread, wrapped

TEXTS = st.text(st.sampled_from("ab 漢字é…"), max_size=30)


@given(TEXTS, st.integers(0, 30))
def test_a_padded_text_is_exactly_as_wide_as_asked(text: str, width: int) -> None:
    assert cell_len(pad(text, width)) == width


def test_a_cut_is_shown() -> None:
    assert clip("trading", 4) == "tra…"
    assert clip("trading", 7) == "trading"


@given(st.lists(TEXTS, max_size=5), st.integers(0, 40))
def test_spans_are_cut_to_the_room(texts: list[str], width: int) -> None:
    spans = tuple(Span(text) for text in texts)
    assert span_width(fit(spans, width)) <= width


@given(st.lists(TEXTS, max_size=3), st.lists(TEXTS, max_size=3), st.integers(1, 60))
def test_a_spread_line_fills_its_width_exactly(left: list[str], right: list[str], width: int) -> None:
    spans = spread(tuple(map(Span, left)), tuple(map(Span, right)), width)
    assert span_width(spans) == width


@given(TEXTS, st.lists(TEXTS, max_size=2), st.lists(TEXTS, max_size=3), st.integers(5, 60))
def test_a_rule_fills_its_width_exactly(title: str, notes: list[str], ends: list[str], width: int) -> None:
    line = rule(title, tuple(map(Span, notes)), tuple(map(Span, ends)), width, lit=True)
    assert span_width(line.spans) == width


def test_the_first_note_at_the_end_gives_way_first() -> None:
    ends = (Span("long remark here"), Span("1–4 of 8"))
    text = "".join(span.text for span in rule("Title", (), ends, 30, lit=False).spans)
    assert "1–4 of 8" in text
    assert "remark" not in text


def test_a_figure_and_its_unit_are_never_parted() -> None:
    sentence = "one more poll surely fits in 39 s."
    for width in range(8, 40):
        texts = ["".join(span.text for span in row.spans) for row in wrapped(sentence, width)]
        assert not any(text.endswith("39") for text in texts)
        assert " ".join(texts) == sentence
