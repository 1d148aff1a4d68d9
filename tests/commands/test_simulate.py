"""`krakentui simulate`: what it tells people."""

from krakentui.commands.simulate import hints
from krakentui.commands.simulated import FirstLine, SimulatedKey

KEYS = {
    name: SimulatedKey(key=f"SIM-{name}", secret=f"secret-of-{name}", account="alice", permissions=())
    for name in ("watch", "cancel", "full")
}
FIRST = FirstLine(
    v=1,
    now="2027-03-10T09:00:00Z",
    rest="http://127.0.0.1:8080",
    ws_public="ws://127.0.0.1:8080/v2",
    ws_private="ws://127.0.0.1:8080/auth/v2",
    ws_v1=None,
    control=None,
    control_token=None,
    keys=KEYS,
)


def test_the_monitor_is_given_the_key_that_may_only_watch_and_cancel() -> None:
    told = hints(FIRST)
    assert "KRAKENTUI_API_KEY=SIM-cancel KRAKENTUI_API_SECRET=secret-of-cancel krakentui" in told
    assert "SIM-full" not in told


def test_every_program_has_a_key_to_choose() -> None:
    assert "Give every program a key of its own: watch, cancel, full." in hints(FIRST)
