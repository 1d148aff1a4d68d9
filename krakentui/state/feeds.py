"""How alive each feed is: by any frame on it, by what it said of itself, by our own clock's jumps.

A figure is as fresh as the feed that keeps it: a quiet market on a live feed is live, however old its
last trade. Silence of 3 s is old, of 5 s stale (faults, chapter 2). After a clock jump nothing heard
before it is fresh.
"""

from typing import Literal, get_args

from msgspec import Struct, structs

from krakentui.model.clock import SECOND
from krakentui.model.event import ClockJumped, FeedChanged, FeedRole, FeedState
from krakentui.state.view import FeedView, Freshness

OLD_NS = 3 * SECOND
STALE_NS = 5 * SECOND
POLL_STALE_NS = 60 * SECOND
"""What only polls tell is never called live; it is stale when the last good poll is older than this."""
REST_OLD_NS = 60 * SECOND
REST_STALE_NS = 300 * SECOND
LAG_KEPT_NS = 5 * SECOND


class Feed(Struct, frozen=True, kw_only=True):
    """One feed as it presents itself."""

    role: FeedRole
    state: FeedState = "down"
    cut_ns: int = 0
    """Steady time at which it last was not live: what it said before is of the past."""
    heard_ns: int | None = None
    reconnects: int = 0
    was_live: bool = False
    why: str = ""
    retry_ns: int | None = None


class Feeds:
    """The feeds of a session and the jumps of its clock."""

    def __init__(self) -> None:
        self._feeds: dict[FeedRole, Feed] = {role: Feed(role=role) for role in get_args(FeedRole)}
        self._jump_ns: int | None = None
        self._gap_ns = 0
        self._lag: dict[FeedRole, tuple[int, int]] = {}

    def __getitem__(self, role: FeedRole) -> Feed:
        return self._feeds[role]

    def changed(self, event: FeedChanged, t_ns: int) -> Feed:
        """Take what a feed says of itself; return what it was before."""
        before = self._feeds[event.feed]
        came_back = event.state == "live" and before.was_live and before.state != "live"
        self._feeds[event.feed] = structs.replace(
            before,
            state=event.state,
            cut_ns=before.cut_ns if event.state == "live" else t_ns,
            heard_ns=t_ns if event.state == "live" else before.heard_ns,
            reconnects=before.reconnects + came_back,
            was_live=before.was_live or event.state == "live",
            why=event.why,
            retry_ns=event.retry_ns,
        )
        if event.state != "live":
            self._lag.pop(event.feed, None)
        return before

    def heard(self, role: FeedRole, t_ns: int) -> None:
        """Note a frame, or an answer, on this feed."""
        self._feeds[role] = structs.replace(self._feeds[role], heard_ns=t_ns)

    def lagged(self, role: FeedRole, lag_ns: int, t_ns: int) -> None:
        """Note how long a fresh word of this feed was under way; the least of the last seconds counts."""
        known = self._lag.get(role)
        if known is None or lag_ns <= known[0] or t_ns - known[1] > LAG_KEPT_NS:
            self._lag[role] = (lag_ns, t_ns)

    def lag_ns(self, role: FeedRole, t_ns: int) -> int:
        """Tell how far this feed runs behind; 0 where nothing of the last seconds shows it."""
        lag_ns, measured_ns = self._lag.get(role, (0, 0))
        return max(0, lag_ns) if t_ns - measured_ns <= LAG_KEPT_NS else 0

    def jumped(self, event: ClockJumped, t_ns: int) -> None:
        """Make everything heard so far stale."""
        self._jump_ns = t_ns
        self._gap_ns = abs(event.gap_ns)

    def age_ns(self, seen_ns: int, t_ns: int) -> int:
        """Tell how old a word of then is now, sleep of the machine included."""
        age = max(0, t_ns - seen_ns)
        if self._jump_ns is not None and seen_ns < self._jump_ns:
            return max(age, self._gap_ns + t_ns - self._jump_ns)
        return age

    def survived(self, seen_ns: int) -> bool:
        """Tell whether a word of then was heard after the last clock jump."""
        return self._jump_ns is None or seen_ns >= self._jump_ns

    def freshness(self, role: FeedRole, t_ns: int) -> Freshness:
        """Tell how fresh a value is that this feed keeps."""
        feed = self._feeds[role]
        if feed.heard_ns is None:
            return "unknown"
        if feed.state != "live" or not self.survived(feed.heard_ns):
            return "stale"
        age = t_ns - feed.heard_ns + self.lag_ns(role, t_ns)
        old, stale = (REST_OLD_NS, REST_STALE_NS) if role == "rest" else (OLD_NS, STALE_NS)
        if age >= stale:
            return "stale"
        return "old" if age >= old else "live"

    def polled_freshness(self, asked_ns: int | None, t_ns: int, *, by_nature: bool = False) -> Freshness:
        """Tell how fresh a value is that a poll told.

        `by_nature` is a value that no stream tells: it is live while REST answers. Where a stream should
        tell it, a poll is second best: REST may lag a minute, so it is old at once.
        """
        if asked_ns is None:
            return "unknown"
        if not self.survived(asked_ns):
            return "stale"
        age = t_ns - asked_ns
        if by_nature:
            answers = self._feeds["rest"].state == "live"
            return "stale" if age > REST_STALE_NS else "live" if answers and age <= REST_OLD_NS else "old"
        return "stale" if age > POLL_STALE_NS else "old"

    def price_freshness(self, source: Literal["stream", "poll"], seen_ns: int, t_ns: int) -> Freshness:
        """Tell how fresh prices are: as the feed that keeps them, or as the poll they came with."""
        if source == "poll":
            return self.polled_freshness(seen_ns, t_ns)
        if seen_ns >= self["public"].cut_ns:
            return self.freshness("public", t_ns)
        return "stale"  # from before the stream went away: not told anew since

    def account_freshness(
        self, seen_ns: int, t_ns: int, *, streamed: bool, whole: bool, by_nature: bool
    ) -> Freshness:
        """Tell how fresh a belief about the account is.

        Args:
            seen_ns: Steady time of the last word about it, a poll's included.
            t_ns: Now.
            streamed: The stream has spoken of it.
            whole: The stream's snapshot stands: nothing was missed since.
            by_nature: No stream could tell it.
        """
        if streamed:
            kept = self.freshness("private", t_ns)
            if kept in {"live", "old"}:
                return kept if whole else "old"
            heard_ns = self._feeds["private"].heard_ns
            if heard_ns is None or seen_ns <= heard_ns:
                return "stale"
        return self.polled_freshness(seen_ns, t_ns, by_nature=by_nature)

    def view(self, role: FeedRole, t_ns: int) -> FeedView:
        """Show one feed."""
        feed = self._feeds[role]
        fresh = self.freshness(role, t_ns)
        silent = feed.state == "live" and fresh == "stale" and role != "rest"
        return FeedView(
            role=role,
            state="stale" if silent else feed.state,
            age_ns=None if feed.heard_ns is None else self.age_ns(feed.heard_ns, t_ns),
            reconnects=feed.reconnects,
            why=feed.why,
            retry_in_ns=None if feed.retry_ns is None else max(0, feed.retry_ns - t_ns),
            freshness=fresh,
        )
