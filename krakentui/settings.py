"""All settings of one run, in one frozen value: defaults, TOML, environment, command line.

The file is read, never written. Unknown keys warn, wrong values stop the start with file and line:
a monitor that silently ignored `read_only = "yes"` would be worse than one that does not start.
"""

import os
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Self

from msgspec import Struct, structs

from krakentui.model import counting
from krakentui.model.counting import Counting, flag, reserve_of
from krakentui.model.error import UsageError
from krakentui.model.limit import Tier
from krakentui.model.proxy import is_proxy
from krakentui.model.redact import Redactor
from krakentui.model.secret import Credentials, Secret
from krakentui.model.text import clean
from krakentui.model.toml import place, read_tables
from krakentui.model.variable import variable
from krakentui.model.venue import Venue

LIVE_REST = "https://api.kraken.com"
LIVE_WS_PUBLIC = "wss://ws.kraken.com/v2"
REST_RESERVE = Decimal(3)
LIVE_WS_PRIVATE = "wss://ws-auth.kraken.com/v2"
LIVE_WS_AUDIT = "wss://ws-auth.kraken.com"


class Endpoints(Struct, frozen=True):
    """Where the exchange is."""

    rest: str = LIVE_REST
    ws_public: str = LIVE_WS_PUBLIC
    ws_private: str = LIVE_WS_PRIVATE
    ws_audit: str = LIVE_WS_AUDIT
    """The old private websocket, which documents the trading counter."""


class Settings(Struct, frozen=True, kw_only=True):
    """What this run was told."""

    venue: Venue = "live"
    endpoints: Endpoints = Endpoints()
    credentials: Credentials | None = None
    cancel_credentials: Credentials | None = None
    """A second key of the same account, which sends the cancels; None = the first one does all."""
    keyless_why: str = ""
    """Why this run goes without the key it was told, as a sentence; empty = it was told none."""
    account: str = "main"
    """Name of the account shown to the user; the key's profile or the simulator's account."""
    withdraw_accepted: frozenset[str] = frozenset()
    """Fingerprints of keys that may withdraw and that the user wants to use all the same."""
    program: str = "monitor"
    """Which command runs, as the action log names it."""
    hasty: bool = False
    """A cancel is to leave before anything is done that it does not need."""
    insists: bool = False
    """It is there to cancel: calls that this hangs on are tried where they may fit."""
    read_only: bool = False
    assume_tier: Tier | None = None
    speed: float = 1.0
    start_ns: int | None = None
    """Wall time at which a demo's clock starts; None = now."""
    markets: tuple[str, ...] = (
        "BTC/USD",
        "ETH/USD",
        "SOL/USD",
        "XRP/USD",
        "ADA/USD",
        "DOGE/USD",
        "LTC/USD",
        "LINK/USD",
    )
    currency: str = "USD"
    rest_reserve: Decimal = REST_RESERVE
    """Points of the REST counter that background calls never touch."""
    counting: Counting = Counting()
    """What the file says of costs, ceilings and drains."""
    audit: bool = False
    """Watch the exchange's own trading counter on the old websocket."""
    proxy: str | None = None
    """Address of a proxy, `none`, or None = as the environment says."""
    ca_file: Path | None = None
    """Certificates trusted besides those of the machine."""
    mouse: bool = True
    cancel_when_points: int = 0
    """Points that a cancel which waits may cost when it goes."""
    record: Path | None = None
    log_file: Path | None = None
    state_dir: Path | None = None
    """Folder for the nonce mark and the log; None = keep nothing."""
    warnings: tuple[str, ...] = ()
    """Sentences to show at the start (unknown config keys, a folder that cannot be written)."""
    redactor: Redactor | None = None
    """What knows the secrets of the run, for all that it writes; None = a session has one of its own."""

    def redacting(self) -> Self:
        """Give the same settings with something that knows the secrets in them."""
        redactor = self.redactor or Redactor()
        redactor.learn(self.credentials)
        redactor.learn(self.cancel_credentials)
        return self if redactor is self.redactor else structs.replace(self, redactor=redactor)

    def learn_token(self, token: Secret) -> None:
        """Keep one more websocket token out of what the run writes."""
        if self.redactor is not None:
            self.redactor.learn_token(token)

    def hide(self, text: str) -> str:
        """Take the secrets that the run knows out of a text."""
        return text if self.redactor is None else self.redactor.known(text)


class Config(Struct, frozen=True, kw_only=True):
    """What the settings file says. None = it does not say."""

    markets: tuple[str, ...] | None = None
    currency: str | None = None
    assume_tier: Tier | None = None
    read_only: bool = False
    mouse: bool = True
    rest_reserve: Decimal | None = None
    counting: Counting = Counting()
    audit: bool = False
    cancel_when_points: int | None = None
    proxy: str | None = None
    ca_file: Path | None = None
    warnings: tuple[str, ...] = ()


def config_file(chosen: Path | None = None, environ: Mapping[str, str] = os.environ) -> Path:
    """Tell which settings file counts: the one asked for, the environment's, the usual one.

    Raises:
        UsageError: the environment names one by nothing.
    """
    named = chosen or variable(environ, "KRAKENTUI_CONFIG")
    if named is not None:
        return Path(named).expanduser()
    import platformdirs  # noqa: PLC0415 - `--version` does without

    return platformdirs.user_config_path("krakentui") / "config.toml"


def state_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Tell where the nonce marks and the log live.

    Raises:
        UsageError: the environment names a folder by nothing.
    """
    named = variable(environ, "KRAKENTUI_STATE_DIR")
    if named is not None:
        return Path(named).expanduser()
    import platformdirs  # noqa: PLC0415 - as above

    return platformdirs.user_state_path("krakentui")


def read_config(path: Path, *, must_exist: bool) -> Config:
    """Read a settings file.

    Raises:
        UsageError: it cannot be read or a value is wrong; the sentence names file and line.
    """
    data = read_settings(path, must_exist=must_exist)
    return Config() if data is None else parse_config(data, path)


def read_settings(path: Path, *, must_exist: bool) -> bytes | None:
    """Read the bytes of a settings file; None = there is none.

    Raises:
        UsageError: it cannot be read, or there is none although it `must_exist`.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        if not must_exist:
            return None
        raise UsageError(f"There is no settings file {path}.") from None
    except OSError as error:
        raise UsageError(f"The settings file {path} cannot be read: {error.strerror}.") from None


def flat(data: bytes, path: Path) -> tuple[dict[str, object], str]:
    """Read the bytes of a settings file; give what it sets by `table.key`, and its text.

    Raises:
        UsageError: the bytes are no TOML.
    """
    tables, text = read_tables(data, path)
    said: dict[str, object] = {}
    for name, value in tables.items():
        if value == {} and name in _TABLES:
            continue
        inner = value if isinstance(value, dict) else {}
        said |= {f"{name}.{key}": inside for key, inside in inner.items()} or {name: value}
    return said, text


def parse_config(data: bytes, path: Path) -> Config:
    """Read the bytes of a settings file; `path` is for the sentences.

    Raises:
        UsageError: the bytes are no TOML, or a value is wrong.
    """
    said, text = flat(data, path)
    known: dict[str, object] = {}
    counted: dict[str, object] = {}
    warnings = []
    for name, value in said.items():
        at = place(text, name, path)
        if _SECRETIVE.search(name):
            raise UsageError(
                f"{at}: keys and secrets do not belong in the settings file; remove {_shown(name)}."
            )
        reader = _READERS.get(name)
        if reader is None:
            warnings.append(f"{at}: unknown setting {_shown(name)}, ignored.")
            continue
        try:
            into = counted if name in _COUNTED else known
            into[name.rpartition(".")[2]] = reader(value)
        except ValueError as error:
            raise UsageError(f"{at}: {name} must be {error}.") from None
    told = Counting(**counted)  # type: ignore[arg-type]  # readers give the types
    config = Config(**known, counting=told, warnings=tuple(warnings))  # type: ignore[arg-type]  # as above
    reserve = REST_RESERVE if config.rest_reserve is None else config.rest_reserve
    if reserve > told.rest_least - 1:
        at = place(text, "budget.rest_max" if config.rest_reserve is None else "budget.rest_reserve", path)
        raise UsageError(
            f"{at}: a reserve of {reserve} leaves none of the {told.rest_least} points for polls; "
            "budget.rest_reserve must be lower."
        )
    return config


_SECRETIVE = re.compile(r"secret|api_?key|password|token|otp", re.IGNORECASE)
_PAIR = re.compile(r"[A-Z0-9.]{1,12}/[A-Z0-9.]{1,12}")
_CURRENCY = re.compile(r"[A-Z0-9]{2,8}")


def _shown(name: str) -> str:
    return clean(name, 40)


def _markets(value: object) -> tuple[str, ...]:
    if isinstance(value, list) and 0 < len(value) <= 50:
        names = [name for name in value if isinstance(name, str) and _PAIR.fullmatch(name)]
        if len(names) == len(value):
            return tuple(dict.fromkeys(names))
    raise ValueError('a list of 1 to 50 pairs like "BTC/USD"')


def _currency(value: object) -> str:
    if isinstance(value, str) and _CURRENCY.fullmatch(value):
        return value
    raise ValueError('a currency like "USD"')


def _proxy(value: object) -> str:
    if isinstance(value, str) and is_proxy(value):
        return value
    raise ValueError('the address of a proxy like "http://127.0.0.1:3128", or "none"')


def _ca_file(value: object) -> Path:
    import ssl  # noqa: PLC0415 - few have such a file, and it is slow to import

    path = Path(value).expanduser() if isinstance(value, str) else Path()
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "no certificate is in it"
        raise ValueError(f"a file with certificates in PEM form ({why})") from None
    return path


def _waits_for(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 8:
        return value
    raise ValueError("whole points from 0 (free) to 8")


def _tier(value: object) -> Tier:
    match value:
        case "starter" | "intermediate" | "pro":
            return value
        case _:
            raise ValueError('"starter", "intermediate" or "pro"')


_COUNTED: Mapping[str, Callable[[object], object]] = {
    f"budget.{name}": reader for name, reader in counting.READERS.items()
}
_READERS: Mapping[str, Callable[[object], object]] = {
    "markets": _markets,
    "currency": _currency,
    "assume_tier": _tier,
    "read_only": flag,
    "mouse": flag,
    "budget.rest_reserve": reserve_of,
    **_COUNTED,
    "budget.audit": flag,
    "budget.cancel_when_points": _waits_for,
    "network.proxy": _proxy,
    "network.ca_file": _ca_file,
}
NAMES = tuple(_READERS)
"""Every setting that the file may have."""
_TABLES = frozenset(name.partition(".")[0] for name in NAMES if "." in name)
