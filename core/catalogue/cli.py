"""Commands on the catalogue, for the shell of the server."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from core.access import command
from core.catalogue import actions, importer, queries
from core.catalogue.comparison import Change, Outcome, Plan
from core.catalogue.rules import Limit
from core.clock import today
from core.db import writing
from core.shell import DAY, FILE, Commands, told

commands = Commands("services", help="The services that halls and stations offer.")


@commands.command("import")
@click.argument(
    "file",
    type=FILE,
    default=importer.SHIPPED,
    required=False,
)
@click.option("--on", type=DAY, required=True, help="The first day on which the facts hold.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
def import_services(file: Path, on: datetime, dry_run: bool) -> None:
    """Take over the services of FILE (TOML); without FILE, the 21 that come with the product."""
    with told():
        read = importer.read(file)
        for warning in read.warnings:
            click.echo(f"warning: {warning}", err=True)
        if dry_run:
            plan = queries.plan(read.entries, on.date())
        else:
            with writing():
                plan = actions.take_over(command("services import"), read.entries, on.date())
    _tell(plan, dry_run)


def _tell(plan: Plan, dry_run: bool) -> None:
    for change in plan.changes:
        if change.outcome is not Outcome.UNCHANGED:
            click.echo(_line(change))
    for code in plan.absent:
        click.echo(f"left as it is: {code}, not in the file")
    counts = dict.fromkeys(Outcome, 0)
    for change in plan.changes:
        counts[change.outcome] += 1
    click.echo(", ".join(f"{count} {outcome}" for outcome, count in counts.items()))
    if dry_run:
        click.echo("dry run: nothing was stored")
    elif counts[Outcome.UNCHANGED] == len(plan.changes):
        click.echo("nothing to change")


def _line(change: Change) -> str:
    told = f"{change.outcome}: {change.entry.code} {change.entry.name}"
    return f"{told} ({', '.join(change.fields)})" if change.fields else told


@commands.command("list")
@click.option("--on", type=DAY, help="The day asked about; today if left out.")
def list_services(on: datetime | None) -> None:
    """List the services of a day with their limits."""
    catalogue = queries.catalogue(on.date() if on else today())
    for service in catalogue.services:
        limits = (
            f"{_limit(service.facts.statutory)} by law, {_limit(service.facts.promised)} promised"
        )
        click.echo(f"{service.code}  {service.name}  [{limits}]")
    click.echo(f"{len(catalogue.services)} services")


def _limit(limit: Limit) -> str:
    return f"{limit} working days" if isinstance(limit, int) else limit
