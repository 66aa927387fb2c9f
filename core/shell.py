"""What commands on the server's shell have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import click
from flask.cli import AppGroup
from flask_babel import force_locale

from core.errors import OneKmError

FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)


class _Day(click.DateTime):
    """A day of our time: whatever is reckoned from it is a day, too."""

    YEARS: Final = range(1949, 2101)

    def __init__(self) -> None:
        super().__init__(["%Y-%m-%d"])

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        day: datetime = super().convert(value, param, ctx)
        if day.year not in self.YEARS:
            self.fail(f"{value} is not between {self.YEARS[0]} and {self.YEARS[-1]}.", param, ctx)
        return day


DAY: Final = _Day()


class _Command(click.Command):
    def invoke(self, ctx: click.Context) -> Any:
        _require_text(ctx.params)
        try:
            return super().invoke(ctx)
        except (OneKmError, OSError):
            with told():
                raise


class Commands(AppGroup):
    """A group of commands that end in words, whatever a shell gives them."""

    command_class = _Command


def _require_text(given: dict[str, Any]) -> None:
    """Refuse bytes that are no text: a shell gives what it was given, in whatever encoding."""
    for name, value in given.items():
        for text in value if isinstance(value, tuple) else (value,):
            try:
                str(text).encode()
            except UnicodeEncodeError:
                raise click.UsageError(f"{name} is not text in UTF-8.") from None


@contextmanager
def told() -> Iterator[None]:
    """What the product says no to ends the command with the message, in English; so does what the
    disk says no to."""
    with force_locale("en"):
        try:
            yield
        except OneKmError as error:
            raise click.ClickException(str(error)) from None
        except BrokenPipeError:  # whoever read along has seen enough
            raise
        except OSError as error:
            raise click.ClickException(_of_the_disk(error)) from None


def _of_the_disk(error: OSError) -> str:
    why = error.strerror or str(error)
    return f"{error.filename}: {why}" if error.filename else f"Could not be read or written: {why}"


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
