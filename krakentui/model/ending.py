"""The end of what is shown."""

from krakentui.model.event import Happening

ENDED = "The recording has ended"


class RecordingEnded(Happening, frozen=True, kw_only=True):
    """All that was recorded has been told: everything stands from here on as it was then."""
