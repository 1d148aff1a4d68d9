"""An exchange that quotes our own secrets in its answers."""

from pathlib import Path

import pytest

from krakentui.model.redact import Redactor
from krakentui.model.secret import Secret
from krakentui.simulator.accounts import of
from tests.whole.faults import inject, struck
from tests.whole.lockstep import Lockstep, lockstep

PASSPHRASE = "open sesame"


def token_of(both: Lockstep) -> str:
    """The latest websocket token that the exchange has made."""
    return [*of(both.exchange.world).door.tokens][-1]


@pytest.mark.anyio
async def test_tokens_become_known_to_the_run_where_they_are_received() -> None:
    redactor = Redactor()
    async with lockstep(redactor=redactor) as both:
        assert redactor.known_in_data(f"<{token_of(both)}>") == "<*****>"


@pytest.mark.anyio
async def test_an_error_that_quotes_secrets_brings_them_into_no_recording(
    tmp_path: Path,
) -> None:
    path, redactor = tmp_path / "run.jsonl", Redactor([Secret(PASSPHRASE)])
    async with lockstep(record=path, redactor=redactor) as both:
        token = token_of(both)
        fault = inject(
            both, "error", match={"surface": "spot-rest"}, errors=[f"EWhatever:bad {token}, {PASSPHRASE}"]
        )
        await both.run(60)
        assert struck(both, fault) > 0
    assert "EWhatever:bad *****, *****" in path.read_text()
    assert not any(secret in path.read_text() for secret in (token, PASSPHRASE))
