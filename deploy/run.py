"""The web server and a worker together, for one machine: where one ends, so does the other.

Ctrl-C, or SIGTERM to this process, ends both.  Under systemd each is a unit of its own.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from types import FrameType

PYTHON = sys.executable
WEB = [PYTHON, "-m", "gunicorn", "--config", "deploy/gunicorn.py", "wsgi:create_app()"]
WORKER = [PYTHON, "-m", "flask", "jobs", "work"]
#: How long each may take to end, in seconds; a little longer than they give themselves.
PATIENCE = 30.0


def main() -> int:
    """Run both; gives the exit status of the first to end."""
    ended_by: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        ended_by.append(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, note)
    # Each in a session of its own: a Ctrl-C reaches them once, through this process.
    both = [_start(command) for command in (WEB, WORKER)]
    while not ended_by and all(one.poll() is None for one in both):
        time.sleep(0.2)
    return _end(both, told=bool(ended_by))


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, start_new_session=True)  # noqa: S603 - one of the two above


def _end(both: list[subprocess.Popen[bytes]], *, told: bool) -> int:
    first = next((one.returncode for one in both if one.poll() is not None), 0)
    for one in both:
        if one.poll() is None:
            one.send_signal(signal.SIGINT)
    deadline = time.monotonic() + PATIENCE
    for one in both:
        try:
            one.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(one.pid, signal.SIGKILL)
            one.wait()
    return 0 if told else (first or 1)


if __name__ == "__main__":
    sys.exit(main())
