"""The second reading of a frame that did not fit its type: what makes sense is kept, the rest named."""

from msgspec import Struct, structs

from krakentui.model.text import clean
from krakentui.wire.spot.decode import Reading, events
from krakentui.wire.spot.frames import (
    KINDS,
    Answer,
    AssetRow,
    BalanceFrame,
    BalanceRow,
    BookFrame,
    BookRow,
    CandleFrame,
    CandleRow,
    ExecutionFrame,
    ExecutionRow,
    Frame,
    InstrumentFrame,
    Instruments,
    PairRow,
    Result,
    StatusFrame,
    StatusRow,
    TickerFrame,
    TickerRow,
    TradeFrame,
    TradeRow,
)
from krakentui.wire.spot.salvage import UNREADABLE, fit, losses, plain

_BY_CHANNEL: dict[str, type[Frame]] = {kind.channel(): kind for kind in KINDS}
_ROWS: dict[type[Frame], type[Struct]] = {
    StatusFrame: StatusRow,
    TickerFrame: TickerRow,
    BookFrame: BookRow,
    TradeFrame: TradeRow,
    CandleFrame: CandleRow,
    ExecutionFrame: ExecutionRow,
    BalanceFrame: BalanceRow,
}


def read_again(raw: bytes, account: str) -> Reading:
    """Read a frame that did not fit, keeping what makes sense. Never raises."""
    try:
        value = plain(raw)
    except UNREADABLE:
        return Reading(garbled="not JSON")
    if not isinstance(value, dict):
        return Reading(garbled="not a JSON object")
    lost: list[str] = []
    if "method" in value or "error" in value or "Error" in value:
        return _answer_again(value, lost)
    channel = value.get("channel")
    if not isinstance(channel, str):
        return Reading(garbled="neither an answer nor data of a channel")
    kind = _BY_CHANNEL.get(channel)
    if kind is None:
        return Reading(unknown=clean(channel))
    frame = _frame_again(value, kind, account, lost)
    return Reading(frame=frame, garbled=losses(lost))


def _answer_again(value: dict[str, object], lost: list[str]) -> Reading:
    result = value.pop("result", None)
    answer = fit(value, Answer, "answer", lost)
    found = fit(result, Result, "result", lost) if isinstance(result, dict) else None
    if answer is None or (answer.method is None and answer.error is None and answer.bare_error is None):
        return Reading(garbled="an answer to nothing")
    return Reading(answer=answer, result=found or Result(), garbled=losses(lost))


def _frame_again(value: dict[str, object], kind: type[Frame], account: str, lost: list[str]) -> Frame | None:
    """Rebuild a frame from the rows that make sense; a snapshot of the account must be whole."""
    rows = value.get("data")
    if kind is InstrumentFrame:
        return _instruments_again(value, rows, lost)
    head = fit({**value, "data": []}, kind, "frame", lost)
    row_kind = _ROWS.get(kind)
    if head is None or row_kind is None:
        return head
    if not isinstance(rows, list):
        lost.append("data")
        return None
    kept: list[Struct] = []
    for row in rows:
        found = fit(row, row_kind, kind.channel(), lost)
        if found is not None and _makes_sense(structs.replace(head, data=[found]), account, lost):
            kept.append(found)
    if head.is_snapshot and kind in {ExecutionFrame, BalanceFrame} and len(kept) < len(rows):
        return None
    return structs.replace(head, data=kept)


def _instruments_again(value: dict[str, object], data: object, lost: list[str]) -> Frame | None:
    head = fit({**value, "data": {}}, InstrumentFrame, "frame", lost)
    if head is None or not isinstance(data, dict):
        lost.append("data")
        return None
    assets: list[AssetRow] = []
    for row in _list(data.get("assets"), lost):
        asset = fit(row, AssetRow, "assets", lost)
        if asset is not None and _makes_sense(_instruments(head, assets=[asset]), "", lost):
            assets.append(asset)
    pairs: list[PairRow] = []
    for row in _list(data.get("pairs"), lost):
        pair = fit(row, PairRow, "pairs", lost)
        if pair is not None and _makes_sense(_instruments(head, pairs=[pair]), "", lost):
            pairs.append(pair)
    return _instruments(head, assets=assets, pairs=pairs)


def _instruments(
    head: InstrumentFrame, assets: list[AssetRow] | None = None, pairs: list[PairRow] | None = None
) -> InstrumentFrame:
    return structs.replace(head, data=Instruments(assets=assets, pairs=pairs))


def _list(value: object, lost: list[str]) -> list[object]:
    if value is None or isinstance(value, list):
        return value or []
    lost.append("data")
    return []


def _makes_sense(frame: Frame, account: str, lost: list[str]) -> bool:
    try:
        events(frame, account)
    except UNREADABLE as error:
        lost.append(clean(str(error), 60))
        return False
    return True
