"""What commands on the server's shell have in common."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

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
