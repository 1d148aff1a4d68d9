"""What happens while the exchange has not told what a key may do."""

from krakentui.model.event import Happening


class KeyHeldBack(Happening, frozen=True, kw_only=True):
    """Nothing is done with a key yet, or it is let go though the exchange does not describe it."""

    key: str
    """Fingerprint."""
    why: str | None
    """Why nothing is done with it, as a sentence; None = it is let go."""
