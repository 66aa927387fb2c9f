"""Programs of our own in a process of their own, which has limits and can be ended at any time."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

#: With what such a program ends that says why it gave up, in the last line of its errors.
WRONG: Final = 3
_ROOT: Final = Path(__file__).parent.parent


def begin(program: str, *told: object, output: int = subprocess.PIPE) -> subprocess.Popen[str]:
    """The module *program* with what it is *told*, begun; it knows nothing of our environment."""
    return subprocess.Popen(  # noqa: S603 - our own program, and paths that we have made
        [sys.executable, "-m", program, *map(str, told)],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        cwd=_ROOT,
        env=_surroundings(),
        encoding="utf-8",
        errors="replace",
    )


def _surroundings() -> Mapping[str, str]:
    return {
        "PATH": os.defpath,
        "PYTHONPATH": os.pathsep.join(map(str, (_ROOT, *sys.path))),
        "PYTHONIOENCODING": "utf-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        # Threads that wait for work count against the limits of memory.
        "OPENBLAS_NUM_THREADS": "1",
        "GDAL_NUM_THREADS": "1",
    }


class GaveUp(Exception):
    """The program has not done what it was to do: its word for why, with what it tells of it.

    Without a word it ran into a limit, or was ended.
    """

    def __init__(self, word: str = "", told: str = "") -> None:
        super().__init__(word, told)
        self.word, self.told = word, told


def run(program: str, *told: object, seconds: float) -> str:
    """What the program says, which has so many seconds. Raises GaveUp."""
    child = begin(program, *told)
    try:
        said, errors = child.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        raise GaveUp from None
    finally:
        child.kill()
        child.wait()
    if child.returncode:
        raise gave_up(child.returncode, errors)
    return said


def gave_up(code: int, errors: str) -> GaveUp:
    """Why a program ended with *code*, from its *errors*."""
    lines = errors.strip().splitlines()
    if code != WRONG or not lines:
        return GaveUp()
    word, _colon, told = lines[-1].partition(":")
    return GaveUp(word, told)


# -- Within such a program ----------------------------------------------------------------------


class Wrong(Exception):
    """The file is not what it seems: a word, and what is to be told after a colon."""


def limited(memory: int, seconds: int, work: Callable[[], None]) -> int:
    """Do the *work* with no more bytes and seconds than it may need; with what the program ends."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        work()
    except Wrong as fault:
        word = str(fault)
    except UnicodeDecodeError:
        word = "encoding"
    except MemoryError:
        word = "memory"
    else:
        return 0
    print(word, file=sys.stderr)
    return WRONG
