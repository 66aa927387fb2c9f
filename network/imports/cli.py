"""The import from the server's shell, the same as on the page."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from core.access import command
from core.db import writing
from core.errors import BadInput
from core.files import store
from core.geo import Datum
from core.sheets.container import MOST_BYTES, check
from core.sheets.problems import Level, place
from core.shell import DAY, FILE, Bar, told
from network.imports import actions, applying, jobs, queries, views
from network.imports.actions import Sent
from network.imports.queries import File
from network.imports.rules import State, Terms, Verdict

#: How many problems are told on the shell; the report has them all.
MOST_TOLD = 20


@click.command("import")
@click.argument("path", metavar="FILE", type=FILE)
@click.option(
    "--datum",
    type=click.Choice([datum.value for datum in Datum]),
    help="The datum of the coordinates; may be left out where the file has none.",
)
@click.option(
    "--on", type=DAY, help="What differs holds from this day on; else it is a correction."
)
@click.option("--dry-run", is_flag=True, help="Tell what would change, and change nothing.")
@click.option(
    "--report",
    "report_path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the file with what is wrong in it, as an xlsx to send back.",
)
def import_sites(
    path: Path, datum: str | None, on: datetime | None, dry_run: bool, report_path: Path | None
) -> None:
    """Take over the sites of an xlsx or CSV file, all of them or none."""
    actor = command("sites import")
    terms = Terms(None if datum is None else Datum(datum), None if on is None else on.date())
    with told():
        container = check(path, path.name)
        with path.open("rb") as file_in:
            content = store.put(file_in, MOST_BYTES)
        with writing():
            uuid = actions.send(actor, Sent(content, path.name, container, terms))
        with Bar("reading") as reading, Bar("trying") as trying:
            jobs.read_and_try(actor, uuid, reading, trying)
        file = queries.find(actor, uuid)
        _tell(file)
        if report_path is not None:
            with report_path.open("wb") as out:
                views.write_report(out, file)
            click.echo(f"{report_path}: the file with what is wrong in it")
        if file.state is not State.READY:
            raise BadInput("no heading of the file was recognised as the name or code of a site")
        if file.open:
            raise BadInput(f"{file.open} rows are wrong or undecided: nothing was imported")
        if dry_run or not file.differing:
            click.echo("nothing was changed")
            return
        applying.apply(actor, uuid, file.digest)
    click.echo(f"{file.differing} sites were imported")


def _tell(file: File) -> None:
    counts = {verdict: file.counts.get(verdict, 0) for verdict in Verdict}
    words = {
        Verdict.CREATE: "to create",
        Verdict.CHANGE: "to change",
        Verdict.SAME: "the same",
        Verdict.ASK: "undecided",
        Verdict.REFUSE: "wrong",
        Verdict.NOTE: "not of a site",
    }
    click.echo(
        f"{file.rows} rows: " + ", ".join(f"{counts[each]} {words[each]}" for each in counts)
    )
    for notice in file.notices:
        click.echo(notice)
    shown = 0
    for row in queries.told(file):
        for problem in row.problems:
            shown += 1
            if shown <= MOST_TOLD:
                where = f"{row.sheet}!" if row.sheet else ""
                level = "" if problem.level is Level.ERROR else "warning: "
                click.echo(f"{where}{place(row.line, problem.column)} {level}{problem.told}")
    if shown > MOST_TOLD:
        click.echo(f"… {shown} in all")
