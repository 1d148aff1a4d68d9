"""Sockets and a REST door made of memory: the same seams as the real ones, moved by the test."""

import asyncio
import json
from collections import deque
from collections.abc import Callable

from krakentui.model.clock import Clock
from krakentui.model.error import AnswerLost
from krakentui.net.deadline import Scissors
from krakentui.net.socket import SocketClosed
from krakentui.wire.spot.rest import Prepared

OK_TOKEN = '{"error":[],"result":{"token":"TOKEN","expires":900}}'
Answer = tuple[int, bytes]


class MemorySocket:
    """One open websocket; what the test `gives` is received, what is sent is kept."""

    def __init__(self, url: str = "") -> None:
        self.url = url
        self.sent: list[dict[str, object]] = []
        self.closed = False
        self.stuck = False
        self.answers: Callable[[dict[str, object]], list[object]] = lambda _request: []
        self._frames: asyncio.Queue[bytes | Exception] = asyncio.Queue()

    def gives(self, *frames: object) -> None:
        """Let these frames arrive: text as it is, anything else as JSON."""
        for frame in frames:
            text = frame if isinstance(frame, str) else json.dumps(frame)
            self._frames.put_nowait(text.encode())

    def breaks(self, code: int | None = None, reason: str = "") -> None:
        """Let the other side close, or the connection break."""
        self._frames.put_nowait(SocketClosed(code, reason))

    async def receive(self) -> bytes:
        frame = await self._frames.get()
        if isinstance(frame, Exception):
            raise frame
        return frame

    async def send(self, text: str) -> None:
        if self.stuck:
            await asyncio.get_running_loop().create_future()
        request = json.loads(text)
        self.sent.append(request)
        self.gives(*self.answers(request))

    async def close(self) -> None:
        self.closed = True

    def methods(self) -> list[object]:
        return [request["method"] for request in self.sent]


class MemoryLine:
    """Opens sockets made of memory; `refusals` come first, then every attempt succeeds."""

    def __init__(self) -> None:
        self.urls: list[str] = []
        self.sockets: list[MemorySocket] = []
        self.refusals: deque[Exception] = deque()
        self.prepare: Callable[[MemorySocket, str], None] = lambda _socket, _url: None

    async def __call__(self, url: str, open_s: float) -> MemorySocket:
        self.urls.append(url)
        await asyncio.sleep(0)
        if self.refusals:
            raise self.refusals.popleft()
        socket = MemorySocket()
        self.prepare(socket, url)
        self.sockets.append(socket)
        return socket

    @property
    def last(self) -> MemorySocket:
        return self.sockets[-1]


class MemoryDoor:
    """Answers REST calls from a script by endpoint; what is not in it gets an empty success."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.calls: list[str] = []
        self.bodies: list[str] = []
        self.in_flight = 0
        self.answers_after_s = 0.0
        """Of real time: for measuring only."""
        self.wrote_first = True
        """Bytes leave at once; False: the answers of the script are failures to connect."""
        self.most_in_flight = 0
        self.script: dict[str, deque[Answer | Exception | None]] = {}
        self.always: dict[str, Answer | Exception | None] = {}

    def answer(self, endpoint: str, *answers: str | Exception | None) -> None:
        """Put these answers in line; None never answers."""
        line = self.script.setdefault(endpoint, deque())
        line.extend((200, one.encode()) if isinstance(one, str) else one for one in answers)

    def answer_always(self, endpoint: str, answer: str | Exception | None) -> None:
        """Answer so whenever the line of answers is empty."""
        self.always[endpoint] = (200, answer.encode()) if isinstance(answer, str) else answer

    async def send(
        self,
        prepared: Prepared,
        limit_s: float,
        scissors: Scissors | None = None,
        wrote: Callable[[], None] | None = None,
    ) -> Answer:
        endpoint = prepared.path.rpartition("/")[2].partition("?")[0]
        self.calls.append(endpoint)
        self.bodies.append(prepared.body.decode())
        if wrote is not None and self.wrote_first:
            wrote()
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            return await (scissors or Scissors()).run(self._clock, limit_s, lambda: self._answer(endpoint))
        except TimeoutError as error:
            raise AnswerLost("No answer.") from error
        finally:
            self.in_flight -= 1

    async def _answer(self, endpoint: str) -> Answer:
        await asyncio.sleep(self.answers_after_s)
        line = self.script.get(endpoint)
        answer = line.popleft() if line else self.always.get(endpoint, (200, b'{"error":[],"result":{}}'))
        if answer is None:
            await asyncio.get_running_loop().create_future()
        if isinstance(answer, Exception):
            raise answer
        return answer or (200, b"")
