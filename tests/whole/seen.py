"""A screen that remembers what it was told to show."""

from collections.abc import Callable

from krakentui.engine.session import Session


class Seen:
    """A screen that remembers what it was told to show."""

    def __init__(self) -> None:
        self.sessions: list[Session] = []
        self.said: list[str] = []
        self.turned: Callable[[], object] = lambda: None

    def turn_to(self, session: Session) -> None:
        self.sessions.append(session)
        self.turned()

    def say(self, sentence: str) -> None:
        self.said.append(sentence)
