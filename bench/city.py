"""The demonstration city in a data folder of its own, made by the commands of an operator."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

CITY: Final = "3710"
COMMANDS: Final = (("db", "upgrade"), ("demo", "load", "--city", CITY))


def environment(home: Path) -> dict[str, str]:
    """What a process of the product is told to work on the data folder *home*."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("ONEKM_")}
    return {**kept, "ONEKM_HOME": str(home), "FLASK_APP": "wsgi"}


def load(home: Path) -> None:
    for command in COMMANDS:
        run(home, *command)


def run(home: Path, *command: str) -> None:
    """Give a command of an operator's on the data folder *home*."""
    subprocess.run(
        [sys.executable, "-m", "flask", *command],
        check=True,
        env=environment(home),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
