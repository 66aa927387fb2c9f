"""Commands for visits."""

from __future__ import annotations

import click

from core.access import command
from core.shell import Commands, told
from standards.inspections.planning import queries, rules

inspections = Commands("inspections", help="Visits to sites, and the draws they come from.")


@inspections.command()
@click.argument("uuid")
def redraw(uuid: str) -> None:
    """Repeat the draw UUID from its seed and compare what comes out with what was kept.

    Fails where it differs, or where somebody was sent to his own county or station.
    """
    with told():
        made = queries.draw(command("inspections redraw"), uuid)
        again = made.again
    if again is None:
        raise click.ClickException(f"drawn by the rule {made.row.algorithm}, which is not known")
    click.echo(f"rule {made.row.algorithm}, seed {made.row.seed}")
    click.echo(f"{len(made.pools.sites)} sites, {len(made.pools.inspectors)} inspectors")
    for place, one in enumerate(again, 1):
        click.echo(f"{place:4d}  {one.site}  {' '.join(one.inspectors)}")
    if again != made.results:
        raise click.ClickException("what was kept is not what the seed gives")
    if broken := rules.breaks(made.pools, made.results):
        raise click.ClickException(f"sent to their own: {', '.join(broken)}")
    click.echo("the same again; nobody was sent to his own county or station")
