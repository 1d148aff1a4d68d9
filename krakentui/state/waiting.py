"""Which orders wait to be cancelled until that is cheap enough."""

from krakentui.model.event import CancelAsked, Happening
from krakentui.model.waiting import WaitDropped, WaitPlanned


class Waiting:
    """The plan of one account: order id -> units that its cancel may cost."""

    def __init__(self, account: str) -> None:
        self._account = account
        self.most: dict[str, int] = {}

    def take(self, event: Happening) -> tuple[str, str] | None:
        """Take an event; give the sentence and level that the journal gets, None = none."""
        match event:
            case WaitPlanned(account=self._account):
                self.most |= dict.fromkeys(event.ids, event.most)
                return f"{_cancels(len(event.ids))} until that is cheap enough; w stops it.", "info"
            case WaitDropped(account=self._account):
                dropped = [one for one in event.ids if self.most.pop(one, None) is not None]
                if dropped and event.why:
                    return f"{_cancels(len(dropped), over=True)}: {event.why}.", "warn"
            case CancelAsked(account=self._account):
                self.most.pop(event.order_id, None)
        return None


def _cancels(count: int, *, over: bool = False) -> str:
    if over:
        return "1 cancel no longer waits" if count == 1 else f"{count} cancels no longer wait"
    return "1 cancel waits" if count == 1 else f"{count} cancels wait"
