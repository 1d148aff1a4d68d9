"""Public REST: one call at a time, at the pace of the address, its health told with every answer."""

from krakentui.engine.lane import Household
from krakentui.model.clock import SECOND
from krakentui.model.error import RateLimited, TransportError
from krakentui.model.event import CallRefused, CallSpent
from krakentui.model.limit import POINT, IpScope
from krakentui.wire.spot.rest import Call, Reply, decode, prepare

SCOPE = IpScope()


class PublicCalls:
    """Sends calls that need no key."""

    def __init__(self, account: str, house: Household) -> None:
        """Begin with nothing sent."""
        self._account = account
        self._house = house

    async def ask(self, call: Call) -> Reply | None:
        """Send one call and tell what it says; None = no answer of the exchange came."""
        house = self._house
        t_ns = house.clock.mono_ns()
        if house.edge.wait_ns(t_ns):
            return None
        door = house.door
        house.tell(CallSpent(name="public_rest", scope=SCOPE, low=POINT, high=POINT, what=call.endpoint))
        try:
            status, body = await door.send(prepare(call), house.patience.public_s)
        except TransportError as error:
            house.pulse.failed(str(error))
            return None
        reply = decode(call, status, body, account=self._account, names=house.names(), asked_ns=t_ns)
        if reply.broken is not None:
            self._broken(reply)
            return None
        house.pulse.heard()
        if isinstance(reply.refusal, RateLimited):
            house.tell(
                CallRefused(
                    name="public_rest", scope=SCOPE, cost=POINT, code=reply.refusal.code, expected=True
                )
            )
        for event in reply.events:
            house.tell(event)
        return reply

    def _broken(self, reply: Reply) -> None:
        house, until_ns = self._house, None
        if reply.edge:
            t_ns = house.clock.mono_ns()
            until_ns = t_ns + round(house.edge.refused(t_ns, house.rng) * SECOND)
        house.pulse.failed(reply.broken or "", until_ns)
