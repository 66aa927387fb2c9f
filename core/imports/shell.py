"""An import from the server's shell, the same as on the page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click

from core.access import Actor
from core.db import writing
from core.files import store
from core.imports import queries, report
from core.imports.actions import Sent
from core.imports.jobs import F, Works
from core.sheets.container import MOST_BYTES, check
from core.sheets.problems import Level
from core.shell import Bar

#: How many problems are told on the shell; the report has them all.
MOST_TOLD: Final = 20

REPORT: Final = click.option(
    "--report",
    "report_path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the file with what is wrong in it, as an xlsx to send back.",
)


def tried(
    actor: Actor, path: Path, terms: Any, works: Works[F], send: Callable[[Actor, Sent[Any]], str]
) -> F:
    """Send the file, read it and try it, with a bar for each."""
    container = check(path, path.name)
    with path.open("rb") as file:
        content = store.put(file, MOST_BYTES)
    with writing():
        uuid = send(actor, Sent(content, path.name, container, terms))
    with Bar("reading") as reading, Bar("trying") as trying:
        works.read_and_try(actor, uuid, reading, trying)
    return works.steps.find(actor, uuid)


def tell_problems(works: Works[F], file: F, report_path: Path | None, title: str) -> None:
    """Tell what is wrong, and write the report where one is wanted."""
    shown = 0
    for row in queries.told(works.files, file):
        for problem in row.problems:
            shown += 1
            if shown <= MOST_TOLD:
                where = f"{row.sheet}!" if row.sheet else ""
                level = "" if problem.level is Level.ERROR else "warning: "
                click.echo(f"{where}{problem.at(row.line)} {level}{problem.told}")
    if shown > MOST_TOLD:
        click.echo(f"… {shown} in all")
    if report_path is not None:
        with report_path.open("wb") as out:
            report.write(out, works.files, file, title)
        click.echo(f"{report_path}: the file with what is wrong in it")
