"""States whose limits stand at something: calm, near a ceiling, locked out, just started."""

from krakentui.model.clock import SECOND
from krakentui.model.connection import SocketOpened
from krakentui.model.event import (
    CallRefused,
    CallSettled,
    CallSpent,
    CancelSent,
    FeedHeard,
    FeedRole,
    Happening,
    KeyDescribed,
    LockoutBegan,
    SystemSeen,
    TierSeen,
    TimeMeasured,
)
from krakentui.model.limit import POINT, IpScope, KeyScope, LimitName, PairScope, Scope, units
from krakentui.model.poll import PollAhead, PollPlanned
from krakentui.net.counted import attempted, landed
from krakentui.net.talk import Role
from krakentui.state.state import State
from tests.support.builders import (
    ACCOUNT,
    FULL_KEY,
    KEY,
    STEADY_START,
    a_patch,
    a_standing,
    at,
    feed,
    patched,
    play,
    snapshot,
    wall,
)

REST = KeyScope(KEY)
BTC, ETH = PairScope(ACCOUNT, "BTC/USD"), PairScope(ACCOUNT, "ETH/USD")
NOW = 900.0
"""Seconds after the start at which the scenes are looked at."""


def told(state: State, seconds: float, *events: Happening) -> None:
    """Let these happen so many seconds after the start."""
    play(state, *events, seconds=seconds)


def fresh_state() -> State:
    """Begin a session on a demo's account."""
    return State("demo", ACCOUNT, KEY, key_name="cancel", wall_ns=wall(), t_ns=STEADY_START)


def begun() -> State:
    """Begin a session and let its first answers come."""
    state = fresh_state()
    for number, endpoint in enumerate(("GetApiKeyInfo", "GetWebSocketsToken", "OpenOrders", "BalanceEx")):
        called(state, 0.2 + number / 10, endpoint, number + 1, lane="user")
    told(
        state,
        0.6,
        KeyDescribed(key=KEY, info=FULL_KEY),
        TimeMeasured(offset_ns=0, doubt_ns=0, wall_ns=wall(0.6)),
        SystemSeen(system="online"),
    )
    roles: tuple[Role, ...] = ("public", "private")
    for number, role in enumerate(roles, 1):
        opened = SocketOpened(feed=role, connection=number)
        told(state, 0.7, attempted(role, number), landed(number), opened)
    told(
        state,
        0.8,
        TierSeen(account=ACCOUNT, maxratecount=125),
        snapshot(
            *(a_standing(f"OB{n}", pair="BTC/USD") for n in range(7)),
            *(a_standing(f"OE{n}", pair="ETH/USD", price="3300.00") for n in range(4)),
        ),
    )
    live(state, 0.9)
    return state


def live(state: State, seconds: float) -> None:
    """Let all feeds say that they live."""
    roles: tuple[FeedRole, ...] = ("public", "private", "rest")
    for role in roles:
        told(state, seconds, feed(role), FeedHeard(feed=role))


def called(state: State, seconds: float, endpoint: str, ticket: int, *, lane: str = "background") -> None:
    """Send a call of the key and let it be answered a tenth of a second later."""
    told(state, seconds, spends("rest", REST, endpoint, 1, ticket, lane=lane))
    told(state, seconds + 0.1, CallSettled(name="rest", scope=REST, ticket=ticket, answered=True))


def spends(
    name: LimitName, scope: Scope, what: str, points: int, ticket: int = 0, *, lane: str = "background"
) -> CallSpent:
    """Make what says that something was spent."""
    cost = units(points)
    return CallSpent(name=name, scope=scope, low=cost, high=cost, what=what, lane=lane, ticket=ticket)


def calm() -> State:
    """Polls go their way, one order was cancelled, another program trades a little."""
    state = begun()
    for number in range(28):
        endpoint = "BalanceEx" if number % 3 == 2 else "OpenOrders"
        called(state, 40 + number * 30.5, endpoint, 100 + number)
        told(state, 41 + number * 30.5, spends("public_rest", IpScope(), "Time", 1))
    for number in range(6):
        told(state, 400 + number * 70, patched(a_patch(f"OF{number}", said=400 + number * 70)))
    told(state, 885, CancelSent(account=ACCOUNT, order_id="OE3", request=1, route="over the websocket"))
    told(state, 885.2, patched(a_patch("OE3", "canceled", 885.1, reason="User requested")))
    told(
        state,
        NOW,
        PollPlanned(
            what="Open orders",
            at_ns=at(NOW + 12),
            why="Open orders in 12 s: the stream is live, this only checks it.",
            ahead=tuple(
                PollAhead(at_ns=at(NOW + 12 + 41 * n), what="Open orders", low=POINT, high=POINT)
                for n in range(8)
            ),
        ),
    )
    live(state, NOW)
    return state


def near() -> State:
    """Another program keeps one pair near its ceiling; a cancel of ours and a poll were refused."""
    state = calm()
    for number in range(17):
        second = NOW - 14 + number * 0.8
        told(state, second, patched(a_patch(f"ON{number}", said=second)))
        gone = a_patch(f"ON{number}", "canceled", second + 0.4, reason="User requested")
        told(state, second + 0.4, patched(gone))
    told(state, NOW, spends("rest", REST, "OpenOrders", 16))
    told(
        state,
        NOW,
        CallRefused(
            name="engine", scope=BTC, cost=units(8), code="EOrder:Rate limit exceeded", expected=True
        ),
        spends("rest", REST, "BalanceEx", 1, 900),
        CallRefused(
            name="rest",
            scope=REST,
            cost=POINT,
            code="EAPI:Rate limit exceeded",
            expected=False,
            ticket=900,
        ),
    )
    live(state, NOW)
    return state


def locked() -> State:
    """The exchange locked the key out two minutes ago."""
    state = calm()
    reason = "Kraken locked this key out: private calls stop for 15 minutes, asking sooner prolongs it."
    told(
        state,
        NOW,
        LockoutBegan(scope=REST, until_ns=at(NOW) + 780 * SECOND, reason=reason),
        PollPlanned(
            what="Open orders",
            at_ns=at(NOW + 785),
            why="Open orders in 785 s: the exchange wants silence until then.",
        ),
    )
    live(state, NOW)
    return state
