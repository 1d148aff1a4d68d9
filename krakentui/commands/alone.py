"""One monitor a key: a second one would spend the same limits unseen, so it shows public markets only.

Who has the key's place in the state folder keeps its counters there. Commands that end by themselves
(`snapshot`, `limits`, `cancel`) never wait for it: each counts as foreign use to the other.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from msgspec import structs

from krakentui.engine.place import Place
from krakentui.settings import Settings

WATCHED = (
    "Another krakentui already watches with this key, and both would spend its limits: "
    "this one shows public markets only."
)


@contextmanager
def alone(settings: Settings) -> Iterator[tuple[Settings, Place | None]]:
    """Hold the key's place while inside; where it is taken, hand out the settings without the key."""
    key, folder = settings.credentials, settings.state_dir
    if key is None or folder is None:
        yield settings, None
        return
    place = Place(folder, key.fingerprint)
    try:
        yield _seated(settings, place)
    finally:
        place.leave()


def _seated(settings: Settings, place: Place) -> tuple[Settings, Place | None]:
    try:
        if place.take():
            return settings, place
    except OSError as error:
        trouble = f"The folder {place.folder} locks nothing ({error.strerror}): no counters are kept."
        return structs.replace(settings, warnings=(*settings.warnings, trouble)), None
    return _public(settings), None


def _public(settings: Settings) -> Settings:
    warnings = (*settings.warnings, WATCHED)
    return structs.replace(settings, credentials=None, keyless_why=WATCHED, warnings=warnings)
