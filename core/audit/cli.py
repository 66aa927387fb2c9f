"""Commands for the audit: is it whole, and the anchors by which that is known."""

from __future__ import annotations

import os
from pathlib import Path

import click

from core.audit import queries
from core.audit.chain import Anchor
from core.shell import FILE, Commands
from core.textfile import read_text
from core.web import settings

commands = Commands("audit", help="What was done, and the proof that its record is whole.")


@commands.command()
@click.option("--anchors", type=FILE, help="Anchors kept elsewhere; else those kept by anchor.")
def verify(anchors: Path | None) -> None:
    """Compute the chain of events anew and compare it with what is stored.

    Fails at the first event that was altered, removed, inserted or moved, and where the record
    ends before, or differs from, an anchor.
    """
    path = anchors or kept()
    known = _read(path) if path.exists() else []
    found = queries.verify(known)
    if found.first is not None:
        raise click.ClickException(
            f"{found.first}; {found.breaks} breaks in {found.events} events, first told first"
        )
    click.echo(f"{found.events} events and {len(known)} anchors: whole")


@commands.command()
@click.option("--keep", is_flag=True, help="Add it to the file in the data folder, too.")
def anchor(keep: bool) -> None:
    """Print day, number and hash of the last event, to be kept where this server cannot write.

    Run it daily: what is cut off after an anchor, or made anew with all its hashes, shows only
    against it.
    """
    found = queries.anchor()
    click.echo(str(found))
    if keep:
        _keep(found)


def kept() -> Path:
    """The file of anchors in the data folder."""
    return settings().home / "anchors" / "audit.txt"


def _keep(found: Anchor) -> None:
    path = kept()
    path.parent.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a", encoding="ascii") as file:
        file.write(f"{found}\n")


def _read(path: Path) -> list[Anchor]:
    anchors = []
    for number, line in enumerate(read_text(path).splitlines(), 1):
        if line.strip():
            try:
                anchors.append(Anchor.parse(line))
            except ValueError as error:
                raise click.ClickException(f"{path}, line {number}: no anchor: {error}") from None
    return anchors
