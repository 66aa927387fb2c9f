"""What commands on the server's shell have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import click
from flask_babel import force_locale

from core.errors import OneKmError

FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
DAY: Final = click.DateTime(["%Y-%m-%d"])


@contextmanager
def told() -> Iterator[None]:
    """What the product says no to ends the command with the message, in English."""
    with force_locale("en"):
        try:
            yield
        except OneKmError as error:
            raise click.ClickException(str(error)) from None


class Bar:
    """A progress bar whose length is learnt on the way."""

    def __init__(self, label: str) -> None:
        self._bar: Any = click.progressbar(length=1, label=label)

    def __enter__(self) -> Callable[[int, int], None]:
        self._bar.__enter__()
        return self._report

    def _report(self, done: int, total: int) -> None:
        self._bar.length = max(total, done, 1)
        self._bar.update(done - self._bar.pos)

    def __exit__(self, *error: Any) -> None:
        self._bar.__exit__(*error)
