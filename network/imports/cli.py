"""The import from the server's shell, the same as on the page."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click
from flask_babel import gettext as _

from core.access import command
from core.errors import BadInput
from core.geo import Datum
from core.imports.rules import State
from core.imports.shell import REPORT, tell_problems, tried
from core.shell import DAY, FILE, told
from network.imports import actions, applying
from network.imports.jobs import WORKS
from network.imports.queries import File
from network.imports.rules import Terms, Verdict


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
@REPORT
def import_sites(
    path: Path, datum: str | None, on: datetime | None, dry_run: bool, report_path: Path | None
) -> None:
    """Take over the sites of an xlsx or CSV file, all of them or none."""
    actor = command("sites import")
    terms = Terms(None if datum is None else Datum(datum), None if on is None else on.date())
    with told():
        file = tried(actor, path, terms, WORKS, actions.send)
        _tell(file)
        tell_problems(WORKS, file, report_path, _("网点"))
        if file.state is not State.READY:
            raise BadInput("no heading of the file was recognised as the name or code of a site")
        if file.open:
            raise BadInput(f"{file.open} rows are wrong or undecided: nothing was imported")
        if dry_run or not file.differing:
            click.echo("nothing was changed")
            return
        applying.apply(actor, file.uuid, file.digest)
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
