"""Pairs websocket requests with their answers.

Request numbers begin anew with every socket, so whoever waits is told when the socket goes.
"""

import asyncio

from krakentui.model.event import Answered


class Unanswered(Exception):
    """The socket went before the answer came."""


class Answers:
    """The requests of one socket that wait for an answer."""

    def __init__(self) -> None:
        """Start with none."""
        self._waiting: dict[int, asyncio.Future[Answered]] = {}

    def expect(self, req_id: int) -> asyncio.Future[Answered]:
        """Begin to wait for the answer of this request."""
        future: asyncio.Future[Answered] = asyncio.get_running_loop().create_future()
        self._waiting[req_id] = future
        return future

    def came(self, event: Answered) -> None:
        """Hand an answer to whoever waits for it."""
        future = self._waiting.pop(event.req_id, None) if event.req_id is not None else None
        if future is not None and not future.done():
            future.set_result(event)

    def ended(self) -> None:
        """Tell all who wait that the socket is gone."""
        waiting, self._waiting = self._waiting, {}
        for future in waiting.values():
            if not future.done():
                future.set_exception(Unanswered())
                future.exception()  # whoever gave up waiting meanwhile will not look at it
