"""Commands for files."""

from __future__ import annotations

import click

from core.files import actions, making
from core.shell import Commands

commands = Commands("files", help="What people have sent.")


@commands.command()
@click.option("--mend", is_flag=True, help="Remove what no row tells of.")
def check(mend: bool) -> None:
    """Compare the files in the data folder with the database, both ways.

    A file that the database tells of and that is not there can only come back from a backup: then
    the command fails.  Files that the database does not tell of are removed with --mend, once they
    are an hour old.
    """
    found = actions.sweep(mend=mend)
    for sha256 in found.missing:
        click.echo(f"missing: {sha256}")
    done = "removed" if mend else "without a row"
    for sha256 in found.orphans:
        click.echo(f"{done}: {sha256}")
    if found.unfinished:
        click.echo(f"{found.unfinished} rests of uploads that broke off: removed")
    if found.missing:
        raise click.ClickException(f"{len(found.missing)} files are missing")
    click.echo("every row has its file")


@commands.command()
@click.option("--again", is_flag=True, help="Try those once more that could not be made.")
def make(again: bool) -> None:
    """Make photos anew that wait for it; the worker does the same every few seconds."""
    if again:
        click.echo(f"{making.try_again()} are tried once more")
    click.echo(f"{making.make()} photos made")
