"""One websocket frame: bytes -> typed frame -> events. Pure; what was subscribed plays no part here.

A frame that names a `method` is an answer (one was recorded that names both `method` and `channel`), all
others are one tagged union over `channel`, decoded in one step. Only what does not fit is read a second
time, field by field (`salvage`).
"""

from msgspec import Struct, json

from krakentui.model.event import Happening
from krakentui.model.number import bounded
from krakentui.wire.spot import executions, funds, market, sent
from krakentui.wire.spot.frames import (
    Answer,
    AnyFrame,
    BalanceFrame,
    BookFrame,
    BookRow,
    CandleFrame,
    ExecutionFrame,
    Frame,
    InstrumentFrame,
    Result,
    StatusFrame,
    TickerFrame,
    TradeFrame,
)

_ANSWERS = json.Decoder(Answer)
_RESULTS = json.Decoder(Result)
_FRAMES = json.Decoder(AnyFrame)


class Reading(Struct, frozen=True):
    """What one frame turned out to be: at most one of frame, answer and unknown."""

    frame: Frame | None = None
    answer: Answer | None = None
    result: Result = Result()
    unknown: str = ""
    """The channel of a well-formed frame that we do not know."""
    garbled: str = ""
    """What made no sense, in words; the rest is in `frame` or `answer`."""


def read(raw: bytes) -> Frame | Reading:
    """Read a frame as its type says; an answer comes as a `Reading`.

    Raises:
        Any of `UNREADABLE`: something does not fit; read it again.
    """
    if b'"method"' in raw:
        answer = _ANSWERS.decode(raw)
        if answer.method is not None:
            is_object = bytes(answer.result).startswith(b"{")  # batch_add answers with a list
            return Reading(answer=answer, result=_RESULTS.decode(answer.result) if is_object else Result())
    frame: Frame = _FRAMES.decode(raw)
    return frame


def events(frame: Frame, account: str, raw: bytes = b"") -> list[Happening]:
    """Read what a frame says, save for books, which need what was said before; `raw` is the frame as it came.

    Raises:
        ValueError: a number or an instant makes no sense.
    """
    match frame:
        case TickerFrame(data=tickers):
            return market.tickers(tickers)
        case BookFrame(data=books):
            _check(books)
        case ExecutionFrame(data=rows):
            read_rows = executions.snapshot if frame.is_snapshot else executions.updates
            return read_rows(rows, account, sent.in_frame(raw))
        case BalanceFrame(data=balances):
            read_balances = funds.snapshot if frame.is_snapshot else funds.updates
            return read_balances(balances, account)
        case TradeFrame(data=trades):
            return market.trades(trades, snapshot=frame.is_snapshot)
        case CandleFrame(data=bars):
            return market.candles(bars, snapshot=frame.is_snapshot)
        case InstrumentFrame(data=instruments):
            return market.instruments(instruments)
        case StatusFrame(data=statuses):
            return market.system(statuses)
    return []


def _check(books: list[BookRow]) -> None:
    for row in books:
        for level in (*row.bids, *row.asks):
            bounded(level.price)
            bounded(level.qty)
