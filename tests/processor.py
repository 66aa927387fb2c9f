"""What must not be long work, however busy the machine is that it is done on."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Ends what works on for longer, in the processor's own time: many times what it may need."""

    def stop(_signal: int, _frame: object) -> NoReturn:
        raise AssertionError(f"after {seconds} seconds of work there was no end to it")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
