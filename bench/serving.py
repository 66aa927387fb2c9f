"""Answers a second of the nearest five, beside an empty JSON view of the same app.

The product's own server runs one process with its own settings over the demonstration city; a
client beside it keeps it busy with one question, then with the other, in turns.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from statistics import median
from typing import Any, Final
from urllib.parse import urlencode

from flask import Flask

import wsgi
from bench import city
from bench.load import HOST, burst, request
from bench.made import Box, points
from bench.measure import Finding, Promise, Sense
from core.access import public

PROMISE: Final = Promise(Sense.AT_LEAST, 0.6)
EMPTY: Final = "/bench/empty"
NEAREST: Final = "/api/v1/nearest"
BURST: Final = 0.4
SETTINGS: Final = Path(wsgi.ROOT, "deploy", "gunicorn.py")
#: The city of the demonstration, in degrees.
BOX: Final = Box(36.8, 37.5, 121.2, 122.6)
PATIENCE: Final = 60.0


def create_app() -> Flask:
    """The product with one view more, which does nothing."""
    app = wsgi.create_app()
    app.add_url_rule(EMPTY, view_func=public(empty))
    return app


def empty() -> dict[str, Any]:
    return {}


def findings(small: bool) -> Iterator[Finding]:
    with tempfile.TemporaryDirectory(prefix="onekm-bench-") as folder:
        city.load(Path(folder))
        with server(Path(folder), "bench.serving:create_app()") as port:
            yield _finding(port, 20 if small else 60)


def _finding(port: int, rounds: int) -> Finding:
    questions = [
        request(f"{NEAREST}?{urlencode({'lat': point.lat, 'lon': point.lon})}")
        for point in points(500, BOX)
    ]
    ours, peer = cycle(questions), cycle([request(EMPTY)])
    burst(port, ours, 1), burst(port, peer, 1)
    pairs = [(burst(port, ours, BURST), burst(port, peer, BURST)) for _ in range(rounds)]
    return Finding(
        name="GET /api/v1/nearest at 308 sites",
        ours=f"{median(own for own, _ in pairs):,.0f}/s",
        peer=f"empty view {median(other for _, other in pairs):,.0f}/s",
        ratio=median(own / other for own, other in pairs),
        promise=PROMISE,
    )


@contextmanager
def server(home: Path, app: str, processes: int = 1) -> Iterator[int]:
    """The product's server over *app* on a free port; its output goes to the data folder."""
    port = _free_port()
    told = {**city.environment(home), "PORT": str(port), "WEB_CONCURRENCY": str(processes)}
    command = [sys.executable, "-m", "gunicorn", "--config", str(SETTINGS), "--max-requests", "0"]
    with (home / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [*command, app],
            env=told,
            cwd=wsgi.ROOT,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_for(port, server)
        yield port
    finally:
        server.terminate()
        server.wait(PATIENCE)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        port: int = listener.getsockname()[1]
        return port


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while server.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection((HOST, port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server did not come up")
