"""Commands on standards, for the shell of the server."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from core.access import command
from core.clock import today
from core.db import writing
from core.shell import DAY, FILE, Commands, told
from standards import actions, format, queries, seeding

commands = Commands("standards", help="Standards of halls and stations, and their versions.")


@commands.command("check")
@click.argument("file", type=FILE)
def check_file(file: Path) -> None:
    """Say whether FILE (docs/standards-format.md) holds together, and every fault with its line."""
    with told():
        read = format.read(file.read_bytes())
    version = read.version
    click.echo(f"{version.code}: {len(version.criteria)} criteria, {version.total} points")
    click.echo(f"sha256 {read.digest}")


@commands.command("publish")
@click.argument("file", type=FILE)
@click.option("--in-force", type=DAY, required=True, help="The first day on which it is in force.")
def publish_file(file: Path, in_force: datetime) -> None:
    """Publish FILE as the next version of its standard; what is published never changes."""
    with told():
        read = format.read(file.read_bytes())
        with writing():
            made = actions.publish(command("standards publish"), read, in_force.date())
            number = made.number
    click.echo(f"{read.version.code}: version {number}, in force from {in_force.date()}")
    click.echo(f"sha256 {read.digest}")


@commands.command("end")
@click.argument("code")
@click.option("--from", "until", type=DAY, required=True, help="The first day without it.")
def end_standard(code: str, until: datetime) -> None:
    """Let the standard CODE be in force no longer; a later version may bring it back."""
    with told(), writing():
        actions.end(command("standards end"), code, until.date())
    click.echo(f"{code}: ends {until.date()}")


@commands.command("list")
def list_standards() -> None:
    """List every version of every standard."""
    day = today()
    for one in queries.published():
        state = "in force" if one.holds(day) else "coming" if one.in_force > day else "past"
        state += f" until {one.ended}" if one.ended else ""
        criteria = len(one.version.criteria)
        click.echo(
            f"{one.code} {one.number}  {state} from {one.in_force}  {one.version.name}"
            f"  {criteria} criteria  {one.digest}"
        )
    click.echo(f"{len(queries.published())} versions")


@commands.command("seed")
@click.option("--in-force", type=DAY, required=True, help="The first day on which they hold.")
def seed(in_force: datetime) -> None:
    """Publish the standards that come with the product, but for those that are known already."""
    with told(), writing():
        made = seeding.seed(command("standards seed"), in_force.date())
    for code in made:
        click.echo(f"published: {code}")
    click.echo(f"{len(made)} standards published")
