"""What the server library gives and takes, in the world's own terms."""

from aiohttp import web

from krakentui.simulator.port import HOST
from krakentui.simulator.surface import HttpReply, HttpRequest


def plain(request: web.Request, body: bytes) -> HttpRequest:
    """Describe a request whose body was read."""
    return HttpRequest(
        method=request.method,
        path=printable(request.path),
        query=printable(request.rel_url.raw_query_string),
        body=body,
        headers={name.lower(): printable(value) for name, value in request.headers.items()},
        peer=request.remote or HOST,
    )


def written(reply: HttpReply) -> web.Response:
    """Make the library's answer."""
    return web.Response(status=reply.status, body=reply.body, content_type=reply.content_type)


def printable(text: str) -> str:
    """Replace what came as bytes that are no text."""
    return text.encode("utf-8", "replace").decode()
