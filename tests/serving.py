"""The product's own server, started for a test."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

ROOT = Path(__file__).parent.parent
#: A Monday; what is relative to the day in the demonstration is so to this one.
TODAY = date(2026, 11, 23)
#: What is sealed in the database before the server starts, it has to open.
SECRET_KEY = "a secret of the tests' own servers"


@contextmanager
def serving(
    home: Path, database_url: str, *, secret_key: str = SECRET_KEY, workers: int = 1
) -> Iterator[str]:
    """The address of a server over a database, on a free port of this machine.

    It is given the port open, so that nobody else is given the same in between.
    """
    environment = os.environ | {
        "ONEKM_HOME": str(home),
        "ONEKM_DATABASE_URL": database_url,
        "ONEKM_HOTLINE": "0631-12393",
        "ONEKM_SECRET_KEY": secret_key,
        "WEB_CONCURRENCY": str(workers),
    }
    program = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.py"]
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
        with (home / f"server-{port}.log").open("wb") as log:
            server = subprocess.Popen(
                [*program, "--bind", f"fd://{door.fileno()}", "wsgi:create_app()"],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=log,
                pass_fds=[door.fileno()],
            )
    try:
        wait_for(f"http://127.0.0.1:{port}/readyz", server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=30)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=10).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server did not come up")
