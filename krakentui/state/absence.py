"""When an order that the lists no longer name counts as gone, and one they newly name as open.

REST lags the stream by up to a minute (faults F31), so one list proves nothing. Gone: two lists
without it, the first asked at least 60 s ago, and one query that says closed. Open although the
stream does not know it: lists that go on naming it 60 s after the first that did.
"""

from msgspec import Struct, structs

from krakentui.state.merge import REST_LAG_NS

TOMBSTONE_NS = REST_LAG_NS * 3 // 2
"""How long an ended order is remembered, so that a lagging list does not bring it back: 90 s."""


class Absence(Struct, frozen=True, kw_only=True):
    """Lists that do not name an order which we believe open."""

    first_ns: int
    """Steady time at which the first of them was asked for."""
    last_ns: int
    lists: int = 1

    def again(self, asked_ns: int) -> "Absence":
        """Return it with one more list."""
        return structs.replace(self, last_ns=max(self.last_ns, asked_ns), lists=self.lists + 1)

    def wants_query(self, t_ns: int) -> bool:
        """Tell whether only a query is missing to call the order gone."""
        return self.lists >= 2 and t_ns - self.first_ns >= REST_LAG_NS


def is_beyond_lag(first_ns: int, asked_ns: int) -> bool:
    """Tell whether a list asked now cannot be explained by lag since the first one."""
    return asked_ns - first_ns >= REST_LAG_NS
