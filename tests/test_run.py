"""The web server and the worker beside it end together, whoever ends first."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import Database
from tests.serving import ROOT, free_port, wait_for


@pytest.fixture
def running(sqlite: Database, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    with sqlite.fresh() as url:
        port = free_port()
        environment = os.environ | {
            "ONEKM_HOME": str(tmp_path),
            "ONEKM_DATABASE_URL": url,
            "PORT": str(port),
            "WEB_CONCURRENCY": "1",
        }
        with (tmp_path / "log").open("wb") as log:
            both = subprocess.Popen(
                [sys.executable, "deploy/run.py"], cwd=ROOT, env=environment, stdout=log, stderr=log
            )
        try:
            wait_for(f"http://127.0.0.1:{port}/readyz", both)
            yield both
        finally:
            both.terminate()
            both.wait(timeout=60)


def children(pid: int) -> dict[str, int]:
    """The web server's and the worker's processes, by what they are."""
    found = {}
    for number in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        command = Path(f"/proc/{number}/cmdline").read_text()
        found["worker" if "flask" in command else "web"] = int(number)
    return found


def living(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="reads /proc")
@pytest.mark.parametrize("first", ["worker", "web"])
def test_where_one_dies_the_other_ends(running: subprocess.Popen[bytes], first: str) -> None:
    both = children(running.pid)
    assert set(both) == {"web", "worker"}
    os.kill(both[first], signal.SIGKILL)
    assert running.wait(timeout=40) not in (0, None)
    assert not any(map(living, both.values()))


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="reads /proc")
def test_one_interrupt_ends_both(running: subprocess.Popen[bytes]) -> None:
    both = children(running.pid)
    running.send_signal(signal.SIGINT)
    assert running.wait(timeout=40) == 0
    assert not any(map(living, both.values()))
