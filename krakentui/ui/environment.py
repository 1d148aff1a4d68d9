"""Textual's developer switches, turned off: they are not for a program that holds a key.

`TEXTUAL_DRIVER` loads any class, `TEXTUAL_PRESS` presses keys, `TEXTUAL_SCREENSHOT` writes the screen to
a file, `TEXTUAL_LOG` and the devtools send events elsewhere. None of them works here.
"""

from textual import constants


def ignore_developer_switches() -> None:
    """Make Textual forget what the environment told it at import; run before the app is built."""
    constants.DRIVER = None  # type: ignore[misc]  # Final for Textual, set from the environment
    constants.PRESS = ""  # type: ignore[misc]
    constants.SCREENSHOT_DELAY = -1  # type: ignore[misc]
    constants.LOG_FILE = None  # type: ignore[misc]
    constants.FILTERS = ""  # type: ignore[misc]
    constants.DEBUG = False  # type: ignore[misc]
    constants.SHOW_RETURN = False  # type: ignore[misc]
