"""What has to be known of a recorded frame to tell it again, read from its text."""

from typing import Any, TypeGuard

from krakentui.simulator.mirror.recording import BY_SYMBOL, VARIANTS, Frame, Strand

Params = dict[str, Any]


def is_whole(value: object) -> TypeGuard[int]:
    """Say whether a JSON value is a whole number."""
    return isinstance(value, int) and not isinstance(value, bool)


def frame_of(at_us: int, text: str, document: object, asked: dict[int, Params] | None = None) -> Frame:
    """Read one frame.

    Args:
        at_us: when it came.
        text: as it was sent.
        document: the same, read as JSON.
        asked: by id what was asked before, because a failed answer names neither channel nor symbol.
    """
    if not isinstance(document, dict):
        return Frame(at_us, text)
    if isinstance(document.get("method"), str):
        return _answer(at_us, text, document, asked or {})
    channel, sequence = document.get("channel"), document.get("sequence")
    if not isinstance(channel, str) or channel in {"status", "heartbeat"}:
        return Frame(at_us, text)
    data = document.get("data")
    row = data[0] if isinstance(data, list) and data and isinstance(data[0], dict) else {}
    return Frame(
        at_us,
        text,
        strand=(channel, str(row.get("symbol", "")) if channel in BY_SYMBOL else ""),
        sequence=sequence if is_whole(sequence) else None,
        is_snapshot=document.get("type") == "snapshot",
    )


def _answer(at_us: int, text: str, document: dict[str, Any], asked: dict[int, Params]) -> Frame:
    found, req_id = document.get("result"), document.get("req_id")
    result = found if isinstance(found, dict) else {}
    params = asked.get(req_id, {}) if is_whole(req_id) else {}
    return Frame(
        at_us,
        text,
        strand=_strand_of(document, result, params),
        method=document["method"],
        ok=document.get("success") is not False,
        req_id=req_id if is_whole(req_id) else None,
        variant=next((str(result[name]) for name in VARIANTS if name in result), ""),
    )


def _strand_of(document: dict[str, Any], result: dict[str, Any], params: Params) -> Strand | None:
    """Tell which subscription an answer is about; None = about none."""
    if document["method"] not in {"subscribe", "unsubscribe"}:
        return None
    channel = result.get("channel", document.get("channel", params.get("channel")))
    if not isinstance(channel, str):
        return None
    if channel not in BY_SYMBOL:
        return channel, ""
    named = params.get("symbol")
    alone = named[0] if isinstance(named, list) and len(named) == 1 else ""
    return channel, str(result.get("symbol", document.get("symbol", alone)))
