"""Commands for the register of sites."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from core.access import command
from core.catalogue.queries import catalogue
from core.errors import BadInput
from core.shell import Commands, told
from network.imports.cli import import_sites
from network.listing import exports, queries
from network.listing import forms as listing
from network.listing.rules import Form

sites = Commands("sites", help="The sites of the register, as files.")
sites.add_command(import_sites)


@sites.command()
@click.option("--format", "form", type=click.Choice([form.value for form in Form]), required=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.argument("filters", nargs=-1, metavar="[NAME=VALUE]...")
def export(form: str, out: Path, filters: tuple[str, ...]) -> None:
    """Write the sites into a file, as the page of the register would.

    The filters and the order are those of the page's address, such as region=371082000000,
    kind=village_clinic, stale=365 or sort=-changed.
    """
    with told():
        found = queries.find(command("sites export"), listing.asked(_filters(filters)))
        exports.check(Form(form), len(found))
        services = catalogue(found.register.net.on).services
        lines = queries.lines(found, exports.AT_ONCE)
        whole = out.with_name(f".{out.name}.part")
        try:
            with (
                whole.open("w+b") as file,
                click.progressbar(length=len(found), label=out.name) as bar,
            ):
                exports.write(Form(form), file, lines, services, bar.update)
            whole.replace(out)
        finally:
            whole.unlink(missing_ok=True)
    click.echo(f"{out}: {len(found)} sites")


def _filters(given: Iterable[str]) -> dict[str, str]:
    found = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or name not in listing.NAMES:
            raise BadInput(f"{text}: write NAME=VALUE, where NAME is one of {listing.NAMES}")
        found[name] = value
    return found
