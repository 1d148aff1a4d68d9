"""A stand-in of OSV on this machine: answers its query of one package in one version, or misbehaves."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast

Reply = tuple[int, bytes] | None
"""A status and a body; None never comes."""
NONE: Reply = (200, b"{}")
BROKEN: Reply = (500, b'{"code": 13, "message": "internal error"}')
RUBBISH: Reply = (200, b"<html>Please log in</html>")


def entry(package: str, name: str, fixed: str, *, schema: str = "1.7.3") -> Reply:
    """Give an answer with one weakness of a package, in the shape of OSV's schema."""
    events = [{"introduced": "0"}, {"fixed": fixed}]
    affected = {
        "package": {"name": package, "ecosystem": "PyPI", "purl": f"pkg:pypi/{package}"},
        "ranges": [{"type": "ECOSYSTEM", "events": events}],
    }
    weakness = {
        "id": "GHSA-0000-0000-0000",
        "summary": "Planted.",
        "aliases": [name],
        "published": "2026-01-02T03:04:05Z",
        "modified": "2026-01-02T03:04:05.678Z",
        "affected": [affected],
        "schema_version": schema,
    }
    return 200, json.dumps({"vulns": [weakness]}).encode()


@contextmanager
def standin(answer: Callable[[str, str], Reply]) -> Iterator[str]:
    """Serve what `answer` gives for a name and a version, and give the address to ask."""
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one piece: two wait 40 ms for each other

        def do_POST(self) -> None:
            query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            reply = answer(cast("str", query["package"]["name"]), cast("str", query["version"]))
            if reply is None:
                over.wait()
                return
            status, body = reply
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), name="standin", daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v1/query"
        finally:
            over.set()
            server.shutdown()
