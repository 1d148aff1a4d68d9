"""Cancels that wait until they cost no more than so much: planned by the user, dropped by him or events."""

from krakentui.model.event import Happening


class WaitPlanned(Happening, frozen=True, kw_only=True):
    """These orders are to be cancelled as soon as that costs no more than `most` units."""

    account: str
    ids: tuple[str, ...]
    most: int


class WaitDropped(Happening, frozen=True, kw_only=True):
    """These orders no longer wait; `why` is a clause, empty where they ended or their cancel went out."""

    account: str
    ids: tuple[str, ...]
    why: str = ""
