"""Public REST: one call at a time, at the pace of the address, its health told with every answer."""

import itertools

from krakentui.engine.household import Household
from krakentui.model.error import NotSent, RateLimited, TransportError
from krakentui.model.event import CallRefused, CallSettled, CallSpent
from krakentui.model.limit import POINT, IpScope
from krakentui.wire.spot.rest import Call, Reply, prepare

SCOPE = IpScope()


class PublicCalls:
    """Sends calls that need no key."""

    def __init__(self, account: str, house: Household) -> None:
        """Begin with nothing sent."""
        self._account = account
        self._house = house
        self._tickets = itertools.count(1)

    async def ask(self, call: Call) -> Reply | None:
        """Send one call and tell what it says; None = no answer of the exchange came."""
        house = self._house
        t_ns = house.clock.mono_ns()
        if house.edge.wait_ns(t_ns):
            return None
        ticket = next(self._tickets)
        house.tell(
            CallSpent(
                name="public_rest", scope=SCOPE, low=POINT, high=POINT, what=call.endpoint, ticket=ticket
            )
        )
        try:
            status, body = await house.send(prepare(call), house.patience.public_s)
        except TransportError as error:
            self._settle(ticket, answered=False, sent=not isinstance(error, NotSent))
            house.pulse.failed(str(error))
            return None
        reply = house.read(call, status, body, account=self._account, asked_ns=t_ns)
        if reply.broken is not None:
            self._settle(ticket, answered=False)
            return None
        if isinstance(reply.refusal, RateLimited):
            house.tell(
                CallRefused(
                    name="public_rest",
                    scope=SCOPE,
                    cost=POINT,
                    code=reply.refusal.code,
                    expected=True,
                    ticket=ticket,
                )
            )
        else:
            self._settle(ticket, answered=True)
        for event in reply.events:
            house.tell(event)
        return reply

    def _settle(self, ticket: int, *, answered: bool, sent: bool = True) -> None:
        """A call that left may have landed until now: the next one keeps its distance from here."""
        self._house.tell(
            CallSettled(name="public_rest", scope=SCOPE, ticket=ticket, answered=answered, sent=sent)
        )
