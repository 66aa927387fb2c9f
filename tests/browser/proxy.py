"""A proxy that can be shut, or can drop some of the requests and of the answers."""

from __future__ import annotations

import random
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit


@dataclass
class Proxy:
    """Stands before the server: shut, open, or dropping a share of requests and of answers."""

    target: str
    shut: bool = False
    dropping: float = 0.0
    lost: Counter[str] = field(default_factory=Counter)
    chance: random.Random = field(default_factory=lambda: random.Random(20261125))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def unlucky(self, what: str) -> bool:
        """Whether this one is dropped; what is dropped is counted."""
        with self.lock:
            dropped = self.chance.random() < self.dropping
            self.lost[what] += dropped
            return dropped


class Handler(BaseHTTPRequestHandler):
    """One request of a browser, passed on or cut off."""

    protocol_version = "HTTP/1.1"
    proxy: Proxy

    def do_GET(self) -> None:
        self.close_connection = True
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if self.proxy.shut or self.proxy.unlucky("requests"):
            return self._cut()
        status, headers, content = self._ask(body)
        if self.proxy.unlucky("answers"):
            return self._cut()
        return self._tell(status, headers, content)

    do_POST = do_PUT = do_GET

    def _ask(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        where = urlsplit(self.proxy.target)
        with closing(HTTPConnection(where.hostname or "", where.port, timeout=60)) as onward:
            onward.request(self.command, self.path, body or None, dict(self.headers))
            answer = onward.getresponse()
            return answer.status, answer.getheaders(), answer.read()

    def _tell(self, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in ("connection", "transfer-encoding", "content-length"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Connection", "close")
        with suppress(OSError):
            self.end_headers()
            self.wfile.write(content)

    def _cut(self) -> None:
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_args: Any) -> None:
        """Say nothing."""


@contextmanager
def standing_before(target: str) -> Iterator[tuple[Proxy, str]]:
    proxy = Proxy(target)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Passing", (Handler,), {"proxy": proxy}))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield proxy, f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
