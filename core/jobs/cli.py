"""Commands for jobs: the worker, and how things stand."""

from __future__ import annotations

import click
from flask.globals import app_ctx

from core.jobs import queries, worker
from core.shell import Commands

commands = Commands("jobs", help="Work that goes on beside the pages.")


@commands.command()
@click.option("--threads", type=click.IntRange(1, 32), default=2, show_default=True)
@click.option("--once", is_flag=True, help="Do what waits, then end: for a cron job or a test.")
def work(threads: int, once: bool) -> None:
    """Do jobs as they come, and what comes round by itself; any number of workers may run.

    SIGINT (Ctrl-C) ends it once what is in hand is done, after 20 seconds at the latest; SIGTERM
    at once. What was in hand is then begun anew by another.
    """
    app = app_ctx.app
    if once:
        click.echo(f"{worker.drain(app)} jobs done")
        return
    worker.work(app, threads)


@commands.command()
def status() -> None:
    """How many jobs there are in each state, and when periodic work was last done."""
    for state, number in queries.counts().items():
        click.echo(f"{state.value}: {number}")
    for one in queries.last_turns():
        ended = "not ended" if one.ended_at is None else f"ended {one.ended_at:%Y-%m-%d %H:%M} UTC"
        click.echo(
            f"{one.name}: begun {one.began_at:%Y-%m-%d %H:%M} UTC,"
            f" {'failed' if one.failed else ended}"
        )
