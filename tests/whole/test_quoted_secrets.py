"""An exchange that quotes our own secrets in its answers."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec import structs

from krakentui.engine.probe import Probe
from krakentui.model.error import NotSent
from krakentui.model.redact import Redactor
from krakentui.model.secret import Credentials, Secret
from krakentui.simulator.accounts import of
from tests.support.wire import MemoryDoor
from tests.whole.faults import inject, struck
from tests.whole.lockstep import Lockstep, lockstep

PASSPHRASE = "open sesame"


def token_of(both: Lockstep) -> str:
    """The latest websocket token that the exchange has made."""
    return [*of(both.exchange.world).door.tokens][-1]


def key_of(both: Lockstep) -> Credentials:
    key = both.session._settings.credentials
    assert key is not None
    return key


QUOTED: dict[str, Callable[[Lockstep], str]] = {
    "passphrase": lambda _: PASSPHRASE,
    "passphrase in JSON": lambda _: PASSPHRASE.replace(" ", "\\u0020"),
    "passphrase by name": lambda _: f"otp: {PASSPHRASE}",
    "key": lambda both: key_of(both).key,
    "secret": lambda both: key_of(both).secret.reveal(),
    "39 characters of the secret": lambda both: key_of(both).secret.reveal()[:39],
    "12 characters of the secret": lambda both: key_of(both).secret.reveal()[40:52],
    "secret with slashes escaped": lambda both: key_of(both).secret.reveal().replace("/", "\\/"),
    "token": token_of,
    "30 characters of the token": lambda both: token_of(both)[:30],
}


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


@pytest.mark.anyio
@pytest.mark.parametrize("what", QUOTED)
async def test_what_the_exchange_quotes_of_us_reaches_neither_screen_nor_action_log(
    tmp_path: Path, what: str
) -> None:
    async with lockstep(state_dir=tmp_path, redactor=Redactor([Secret(PASSPHRASE)])) as both:
        quoted, order = QUOTED[what](both), min(both.rows())
        error = f"EGeneral:Invalid arguments:{quoted}"
        fault = inject(both, "error", match={"method": "cancel_order"}, errors=[error])
        both.confirm(order)
        await both.until(lambda: both.outcomes().get(order) == "refused", 5)
        assert struck(both, fault)
        inject(both, "close", match={"surface": "spot-ws-private"}, code=1008, reason=quoted[:100])
        await both.run(8)
        told = [line.text for line in both.session.journal()]
        shown = repr((told, both.session.orders(both.clock.mono_ns())))
        shown += repr(both.session.connections(both.clock.mono_ns()))
    assert any("*****" in line for line in told)
    written = (tmp_path / "actions.jsonl").read_text()
    assert "*****" in written
    for text in (shown, written):
        assert "sesame" not in text
        assert not any(quoted[at : at + 11] in text for at in range(len(quoted) - 10))


@pytest.mark.anyio
async def test_what_rest_quotes_of_us_is_told_to_nobody(tmp_path: Path) -> None:
    async with lockstep(state_dir=tmp_path, redactor=Redactor([Secret(PASSPHRASE)])) as both:
        fault = inject(
            both, "error", match={"surface": "spot-rest"}, errors=[f"EWhatever:bad password: {PASSPHRASE}"]
        )
        async with Probe(both.session._settings, both.clock, both.session._rng) as probe:
            described = await probe.key()
        assert struck(both, fault)
    assert described.refusal is not None
    assert (described.refusal.code, str(described.refusal)) == (
        "EWhatever:bad password: *****",
        "Kraken refused: EWhatever:bad password: *****.",
    )


@pytest.mark.anyio
async def test_what_a_proxy_or_a_broken_answer_quotes_of_us_is_told_to_nobody() -> None:
    async with lockstep(redactor=Redactor([Secret(PASSPHRASE)])) as both:
        settings = structs.replace(both.session._settings, state_dir=None)
        door = MemoryDoor(both.clock)
        for endpoint in ("Time", "GetApiKeyInfo"):
            door.answer(endpoint, NotSent(f"The exchange cannot be reached: 407 {PASSPHRASE}."))
        async with Probe(settings, both.clock, both.session._rng, door=door) as probe:
            await probe.offset()
            trouble = probe.trouble
            described = await probe.key()
    told = "The exchange cannot be reached: 407 *****."
    assert (trouble, described.trouble) == (told, told)


@pytest.mark.anyio
async def test_what_the_state_of_the_exchange_quotes_of_us_is_told_to_nobody() -> None:
    async with lockstep(redactor=Redactor([Secret(PASSPHRASE)])) as both:
        door = MemoryDoor(both.clock)
        door.answer("SystemStatus", f'{{"error":[],"result":{{"status":"{PASSPHRASE}"}}}}')
        async with Probe(both.session._settings, both.clock, both.session._rng, door=door) as probe:
            assert await probe.system() == "*****"


@pytest.mark.anyio
async def test_no_close_is_cut_in_the_middle_of_what_it_quotes() -> None:
    async with lockstep(redactor=Redactor([Secret(PASSPHRASE)])) as both:
        reason = f"{'x' * 73}{PASSPHRASE}{'x' * 30}"
        inject(both, "close", match={"surface": "spot-ws-private"}, code=1008, reason=reason)
        await both.run(8)
        told = [line.text for line in both.session.journal() if "1008" in line.text]
    assert told
    assert not any("open" in line for line in told)


@pytest.mark.anyio
@pytest.mark.parametrize("password", ["Order", "pending"])
async def test_no_password_changes_what_an_answer_means(password: str) -> None:
    async with lockstep(redactor=Redactor([Secret(password)])) as both:
        order = min(both.rows())
        fault = inject(both, "error", match={"method": "cancel_order"}, errors=["EOrder:Cancel pending"])
        both.confirm(order)
        await both.run(1)
        assert struck(both, fault)
        assert not both.outcomes()
        assert [row.cancel for row in both.session.orders(both.clock.mono_ns()).rows if row.id == order] == [
            "closing"
        ]
