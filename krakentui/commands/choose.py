"""From the command line, the environment and the settings file to the `Settings` of one run."""

import os
import stat
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from urllib.parse import urlsplit

from krakentui import log
from krakentui.commands.parser import Given
from krakentui.commands.which_key import SIMULATED, Chosen, choose_key
from krakentui.model.error import UsageError
from krakentui.model.proxy import is_proxy_variable, passwords_in
from krakentui.model.redact import Redactor
from krakentui.model.secret import Credentials, Secret
from krakentui.net.hosts import is_loopback
from krakentui.net.way import Way
from krakentui.settings import Config, Endpoints, Settings, config_file, read_config, state_folder

_AUDITED = frozenset({"live", "stream", "limits"})
"""Commands that may open the audit's socket; the others are over before it could tell anything."""


def settings_for(given: Given, environ: MutableMapping[str, str] = os.environ) -> Settings:
    """Put the settings of a live command together and start the log.

    Raises:
        UsageError: they do not fit together; the sentence says why.
        KeyProblem: the key cannot be had.
    """
    return settings_with(given, environ, choose_key(given, environ))


def settings_with(given: Given, environ: MutableMapping[str, str], chosen_key: Chosen) -> Settings:
    """Put the settings of a run with this key together and start the log.

    Raises:
        UsageError: they do not fit together; the sentence says why.
    """
    credentials = chosen_key.credentials
    endpoints = Endpoints() if given.endpoint is None else endpoints_at(given.endpoint)
    for key in (credentials, chosen_key.cancels):
        _check_key(key, simulated=given.endpoint is not None)
    if given.speed is not None and given.endpoint is None:
        raise UsageError("--speed needs --endpoint: the real exchange has its own time.")
    chosen = given.config is not None or "KRAKENTUI_CONFIG" in environ
    config = read_config(config_file(given.config, environ), must_exist=chosen)
    folder, warnings = usable_folder(state_folder(environ))
    log_file = given.log_file or (folder / log.FILE_NAME if folder else None)
    secrets = (credentials, chosen_key.cancels, *chosen_key.passphrases, *_passwords(config.proxy, environ))
    redactor = Redactor()
    warnings = (*chosen_key.warnings, *warnings, *start_log(log_file, redactor, *secrets))
    if given.endpoint is None and any(map(is_proxy_variable, environ)):
        Way(proxy=config.proxy).check()
    told = Settings(
        venue="live" if given.endpoint is None else "simulator",
        endpoints=endpoints,
        credentials=credentials,
        cancel_credentials=chosen_key.cancels,
        program="monitor" if given.command == "live" else given.command,
        account=chosen_key.account or Settings().account,
        withdraw_accepted=chosen_key.withdraw_accepted,
        read_only=given.read_only or config.read_only,
        assume_tier=given.assume_tier or config.assume_tier,
        speed=given.speed or 1.0,
        audit=config.audit and given.command in _AUDITED,
        mouse=config.mouse,
        record=given.record,
        log_file=log_file,
        state_dir=folder,
        warnings=(*config.warnings, *warnings),
        redactor=redactor,
    )
    return with_config(told, config)


_OPTIONAL = ("markets", "currency", "rest_reserve", "counting", "cancel_when_points", "proxy", "ca_file")
"""Settings that keep their default where the file is silent."""


def with_config(settings: Settings, config: Config) -> Settings:
    """Lay what the settings file says over the defaults."""
    from msgspec import structs  # noqa: PLC0415 - one use

    said = {name: value for name in _OPTIONAL if (value := getattr(config, name)) is not None}
    return structs.replace(settings, **said)


def endpoints_at(base: str) -> Endpoints:
    """Tell the addresses of a simulator from its REST base.

    Raises:
        UsageError: it is no plain http address on this machine.
    """
    try:
        parts = urlsplit(base)
        port = parts.port
    except ValueError:
        raise UsageError("--endpoint is no address: it looks like http://127.0.0.1:8080.") from None
    if parts.scheme != "http" or parts.username or parts.query or parts.path.strip("/") or not port:
        raise UsageError("--endpoint takes the base address of a simulator, like http://127.0.0.1:8080.")
    if not is_loopback(parts.hostname):
        raise UsageError("--endpoint takes an address on this machine only: 127.0.0.1, ::1 or localhost.")
    return Endpoints(
        rest=f"http://{parts.netloc}",
        ws_public=f"ws://{parts.netloc}/v2",
        ws_private=f"ws://{parts.netloc}/auth/v2",
        ws_audit=f"ws://{parts.netloc}/auth/v1",
    )


def usable_folder(folder: Path) -> tuple[Path | None, tuple[str, ...]]:
    """Make the state folder; where that fails, or others may write there, nothing is kept and it is said.

    A nonce mark that somebody else puts there would lock the user's other programs out of the key.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(13, "Permission denied")
        why = _open_to_others(folder)
    except OSError as error:
        why = error.strerror or "it cannot be read"
    if why:
        return None, (f"The folder {folder} cannot be used ({why}): no log and no nonce mark are kept.",)
    return folder, ()


def _open_to_others(folder: Path) -> str:
    seen = folder.stat()
    if seen.st_uid != os.geteuid():
        return "it belongs to somebody else"
    return f"anybody may write to it: run `chmod o-w {folder}`" if seen.st_mode & stat.S_IWOTH else ""


def _passwords(told: str | None, environ: Mapping[str, str]) -> tuple[Secret, ...]:
    """Give the passwords of proxies in the settings and the environment, so that no log shows them."""
    proxies = [value for name, value in environ.items() if is_proxy_variable(name)]
    return tuple(Secret(one) for proxy in (told or "", *proxies) for one in passwords_in(proxy))


def start_log(
    path: Path | None, redactor: Redactor, *secrets: Credentials | Secret | None
) -> tuple[str, ...]:
    """Start the log, which shows nothing that `redactor` knows; the sentences say what is wrong with it."""
    for secret in secrets:
        redactor.learn(secret)
    troubles: list[str] = []
    log.start(path, redactor, troubles.append)
    return tuple(troubles)


def _check_key(credentials: Credentials | None, *, simulated: bool) -> None:
    if credentials is None or credentials.is_simulated == simulated:
        return
    if simulated:
        raise UsageError("With --endpoint only keys of a simulated exchange are used; they begin with SIM-.")
    raise UsageError(f"This key is one of a simulated exchange. {SIMULATED}")
