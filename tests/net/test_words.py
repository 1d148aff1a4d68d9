import socket
import ssl

import pytest

from krakentui.net.words import failure_words, is_edge_limit, refusal_cause, refusal_words


@pytest.mark.parametrize(
    ("status", "body", "edge"),
    [
        (429, b"", True),
        (403, b"", True),
        (503, b"error code: 1015", True),
        (520, b"<html>", False),
        (502, b"", False),
    ],
)
def test_the_edges_own_limits_are_known(status: int, body: bytes, *, edge: bool) -> None:
    assert is_edge_limit(status, body) is edge
    assert refusal_cause(status, body) == ("edge" if edge else "drop")


@pytest.mark.parametrize("status", [403, 429, 520, 525, 502, 418, 599])
def test_every_status_has_words_and_its_number(status: int) -> None:
    assert str(status) in refusal_words(status, b"")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ssl.SSLCertVerificationError("bad"), "certificate"),
        (socket.gaierror(-2, "Name or service not known"), "cannot be looked up"),
        (ConnectionRefusedError(111, "Connection refused"), "refused"),
        (OSError(113, "No route to host"), "no route to host"),
        (ValueError(""), "ValueError"),
    ],
)
def test_a_failure_has_a_plain_reason(error: Exception, words: str) -> None:
    assert words in failure_words(error)


def test_the_reason_is_found_behind_a_librarys_wrapper() -> None:
    outer = RuntimeError("wrapper")
    outer.__cause__ = ConnectionRefusedError(111, "Connection refused")
    assert failure_words(outer) == "the connection was refused"


def test_a_reason_carries_no_control_characters() -> None:
    assert "\x1b" not in failure_words(RuntimeError("a\x1b[2Jb"))
