"""A monitor on a stored key, on the live venue: from the profile to a cancelled order (F28, F40).

The exchange behind it is the simulated one, which knows this key; only the last hop is bent from Kraken's
hosts to loopback, below the check of where a key may go.
"""

import asyncio
import logging
import random
from base64 import b64decode
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from pathlib import Path

import httpx
import pytest
from msgspec import structs

from krakentui import log
from krakentui.commands.choose import settings_with
from krakentui.commands.parser import parse
from krakentui.commands.seated import sit
from krakentui.commands.shelf import stored_shelf
from krakentui.commands.which_key import choose_key
from krakentui.engine.doors import open_websocket
from krakentui.engine.host import Host
from krakentui.engine.keychain import Keychain
from krakentui.keys import key_file, profile_list, ring, sealed
from krakentui.keys.offer import Machine
from krakentui.model.clock import SECOND, SystemClock
from krakentui.model.secret import Secret
from krakentui.net.deadline import Scissors
from krakentui.net.socket import Socket
from krakentui.settings import LIVE_REST, LIVE_WS_PRIVATE, Settings
from krakentui.simulator import Exchange, Options
from krakentui.simulator.accounts import of
from krakentui.state.parting import Parting
from krakentui.wire.spot.rest import Prepared
from tests.support.bus import gnome_keyring, session_bus
from tests.support.clock import ManualClock
from tests.support.keys import a_key, a_pair, a_profile, a_secret
from tests.support.tty import Typist
from tests.whole.lockstep import STARTING, STEP_S, Lockstep
from tests.whole.seen import Seen
from tests.whole.truth import shown_orders, true_orders

ROOT = Path(__file__).parents[2]
PASSPHRASE = "correct horse battery"


@pytest.fixture(autouse=True)
def quiet_log() -> Iterator[None]:
    level, handlers = logging.getLogger().level, [*logging.getLogger().handlers]
    yield
    log.stop()
    logging.getLogger().setLevel(level)
    logging.getLogger().handlers[:] = handlers


class Bent:
    """Sends to loopback what was meant for Kraken, and keeps what was asked for."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._client = httpx.AsyncClient(trust_env=False, timeout=None)  # noqa: S113 - loopback
        self.keys: set[str] = set()

    async def send(
        self,
        prepared: Prepared,
        limit_s: float,
        scissors: Scissors | None = None,
        wrote: Callable[[], None] | None = None,
    ) -> tuple[int, bytes]:
        self.keys |= {value for name, value in prepared.headers if name == "API-Key"}
        answer = await self._client.request(
            prepared.method,
            self._base + prepared.path,
            content=prepared.body or None,
            headers=[*prepared.headers],
        )
        if wrote is not None:
            wrote()
        return answer.status_code, answer.content

    async def connect(self, url: str, open_s: float) -> Socket:
        path = "/auth/v2" if url == LIVE_WS_PRIVATE else "/v2"
        return await open_websocket(self._base.replace("http", "ws") + path, open_s)

    async def close(self) -> None:
        await self._client.aclose()


def with_real_key(exchange: Exchange, name: str = "cancel", seed: int = 1) -> None:
    """Give the exchange's key another face: that of a real one."""
    accounts = of(exchange.world)
    key = accounts.programs[name]
    del accounts.door.keys[key.public]
    key.public, key.secret = a_key(seed), b64decode(a_secret(seed))
    accounts.door.keys[key.public] = key


@asynccontextmanager
async def watching(settings: Settings) -> AsyncIterator[tuple[Lockstep, Bent]]:
    """Run a session with these settings until it has settled."""
    async with Exchange(Options(manual=True, quiet=True)) as exchange:
        with_real_key(exchange)
        first = exchange.first_line()
        start_ns = int(datetime.fromisoformat(str(first["now"])).timestamp()) * SECOND
        clock = ManualClock(wall_ns=start_ns)
        bent = Bent(str(first["rest"]))
        async with Host(settings, clock, random.Random(1), connect=bent.connect, door=bent) as host:
            both = Lockstep(exchange, host, clock)
            for _ in range(STARTING):
                await both.cross()
            await exchange.advance(STEP_S)
            await both.cross()
            await both.run(8)
            yield both, bent
        await bent.close()


def settings_of(home: Path, store: str, here: Machine) -> Settings:
    """Go the way from an empty command line to the settings of a run."""
    profile = a_profile(store=store, fingerprint=a_pair().fingerprint)  # type: ignore[arg-type]  # a store
    profile_list.change(home / "profiles.toml", lambda told: told.with_profile(profile))
    given = parse([])
    environ = {
        "KRAKENTUI_STATE_DIR": str(home / "state"),
        "KRAKENTUI_CONFIG": str(home / "config.toml"),
    }
    return settings_with(given, environ, choose_key(given, environ, here))


@pytest.fixture
def here(tmp_path: Path) -> Machine:
    (tmp_path / "config.toml").touch()
    environ = {
        "PYTHON_KEYRING_BACKEND": "tests.keys.rings.Good",
        "PYTHONPATH": str(ROOT),
        "RING_FILE": str(tmp_path / "ring"),
    }
    return Machine(environ=environ, folder=tmp_path / "keys", clock=SystemClock(), ring_limit_s=60)


@pytest.mark.anyio
@pytest.mark.parametrize("store", ["keyring", "encrypted", "file", "prompt"])
async def test_a_stored_key_watches_and_cancels_on_the_live_venue(
    tmp_path: Path, here: Machine, store: str
) -> None:
    answers: tuple[str, ...] = ()
    match store:
        case "keyring":
            ring.keep("main", a_pair(), here)
        case "encrypted":
            sealed.keep("main", a_pair(), Secret(PASSPHRASE), here, 2**4)
            answers = (PASSPHRASE,)
        case "file":
            key_file.keep("main", a_pair(), here)
        case _:
            answers = (a_key(), a_secret())
    with Typist(*answers) as typist:
        settings = settings_of(tmp_path, store, structs.replace(here, terminal=typist.terminal))
    assert (settings.venue, settings.endpoints.rest, settings.warnings) == ("live", LIVE_REST, ())
    async with watching(settings) as (both, bent):
        status = both.session.status(both.clock.mono_ns())
        assert (status.account, status.key_name, status.power) == ("private", "main", "watch+cancel")
        assert both.feeds() == {"public": "live", "private": "live", "rest": "live"}
        assert shown_orders(both) == true_orders(both)
        order_id = next(iter(both.true_orders()))
        both.confirm(order_id)
        await both.run(5)
        assert both.outcomes() == {order_id: "cancelled"}
        assert order_id not in both.true_orders()
        assert bent.keys == {a_key()}
    written = b"".join(file.read_bytes() for file in (tmp_path / "state").rglob("*") if file.is_file())
    shown = typist.shown.encode() + repr(settings).encode() + written
    assert not any(part.encode()[:12] in shown for part in (a_key(), a_secret(), PASSPHRASE))


@pytest.mark.anyio
async def test_a_key_of_a_real_keyring_watches_and_cancels(
    tmp_path: Path, here: Machine, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with session_bus(tmp_path_factory.mktemp("bus")) as environ, gnome_keyring(environ):
        real = structs.replace(here, environ=environ)
        ring.keep("main", a_pair(), real)
        settings = settings_of(tmp_path, "keyring", real)
    key = settings.credentials
    assert key is not None
    assert key.source == "the OS keyring (SecretService.Keyring)"
    async with watching(settings) as (both, bent):
        order_id = next(iter(both.true_orders()))
        both.confirm(order_id)
        await both.run(5)
        assert both.outcomes() == {order_id: "cancelled"}
        assert bent.keys == {a_key()}


@pytest.mark.anyio
@pytest.mark.parametrize("fault", ["revoke", "expire", "ip_block"])
async def test_a_key_that_ends_while_running_is_told_and_asked_no_more(
    tmp_path: Path, here: Machine, fault: str
) -> None:
    key_file.keep("main", a_pair(), here)
    settings = settings_of(tmp_path, "file", here)
    async with watching(settings) as (both, _):
        both.exchange.command("faults", {"add": {"fault": fault}})
        await both.run(60)
        status = both.session.status(both.clock.mono_ns())
        assert status.key_refused is not None
        assert status.key_refused.startswith("Kraken does not know this key")
        refusals = [call for call in both.verdicts() if call["verdict"] == "EAPI:Invalid key"]
        assert len(refusals) == 1
        assert both.feeds()["public"] == "live"


@pytest.mark.anyio
async def test_from_one_stored_key_to_another_account_without_a_restart(
    tmp_path: Path, here: Machine
) -> None:
    """The second key is fetched from its keyring by a child, and nothing of the first account stays."""
    key_file.keep("main", a_pair(), here)
    ring.keep("business", a_pair(2), here)
    settings = settings_of(tmp_path, "file", here)
    business = a_profile("business", account="business", store="keyring", fingerprint=a_pair(2).fingerprint)
    profile_list.change(tmp_path / "profiles.toml", lambda told: told.with_profile(business))
    environ = dict(here.environ) | {"KRAKENTUI_CONFIG": str(tmp_path / "config.toml")}
    async with watching(settings) as (both, bent):
        with_real_key(both.exchange, "stranger", 2)
        alices, seen = set(both.rows()), Seen()
        shelf = stored_shelf(parse([]), environ, settings)
        sitting = partial(sit, clock=both.clock, program="monitor")
        keys = Keychain(both.host, settings, lambda: shelf(SystemClock()), sitting, lambda _: None, seen)
        both.host.beside("switch of keys", keys.run)
        keys.switch("business", Parting())
        while not seen.said:  # noqa: ASYNC110 - of another process
            await asyncio.sleep(0.005)
        assert seen.said == ["Key business of account business is in use now."]
        both.owner = "bob"
        await both.run(10)
        assert shown_orders(both) == true_orders(both)
        assert not set(both.rows()) & alices
        key = both.session._settings.credentials
        assert key is not None
        assert key.source == "the OS keyring (rings.Good)"
        assert bent.keys == {a_key(1), a_key(2)}
