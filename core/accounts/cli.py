"""Commands for accounts. No password is ever given on the command line: it is made, told once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import click

from core.access import Actor, command
from core.accounts import actions, attempts, demo, queries
from core.accounts.actions import Held
from core.accounts.passwords import OneTime
from core.accounts.places import find_place
from core.accounts.queries import HeldGrant, Person
from core.accounts.rules import Role
from core.clock import today
from core.db import writing
from core.errors import BadInput
from core.pages import PER_PAGE
from core.shell import DAY, Commands, told
from core.web import settings

commands = Commands("users", help="Accounts: who may sign in, in which roles.")

ROLE: Final = click.Choice([role.value for role in Role])
PLACE: Final = click.option(
    "--place",
    default="",
    metavar="CODE",
    help="The region or site it is held over; left out: everywhere.",
)
UNTIL: Final = click.option("--until", type=DAY, help="The last day; left out: for good.")


def _actor(name: str) -> Actor:
    return command(f"users {name}")


def _held(role: str, place: str, until: datetime | None) -> Held:
    last = None if until is None else until.date() + timedelta(days=1)
    return Held(Role(role), find_place(place), today(), last)


@commands.command()
@click.argument("username")
@click.option("--name", required=True, help="What the person is called.")
@click.option("--role", type=ROLE, required=True)
@PLACE
@UNTIL
def add(username: str, name: str, role: str, place: str, until: datetime | None) -> None:
    """Make an account with a first role; print a password for one use."""
    one_time = OneTime.made()
    with told(), writing():
        made = actions.create(_actor("add"), username, name, one_time, _held(role, place, until))
        known = made.username
    _tell(known, one_time)


def _tell(username: str, one_time: OneTime) -> None:
    click.echo(f"{username}: the password for one use, good for 7 days, is {one_time.text}")


@commands.command()
@click.argument("username")
@click.argument("role", type=ROLE)
@PLACE
@UNTIL
def grant(username: str, role: str, place: str, until: datetime | None) -> None:
    """Let USERNAME hold ROLE."""
    actor = _actor("grant")
    with told(), writing():
        actions.grant(actor, queries.person(actor, username), _held(role, place, until))
    click.echo(f"{username} holds {role} now")


@commands.command()
@click.argument("username")
@click.argument("role", type=ROLE)
@PLACE
def revoke(username: str, role: str, place: str) -> None:
    """Take ROLE from USERNAME, at once."""
    actor = _actor("revoke")
    with told(), writing():
        whom = queries.person(actor, username)
        actions.revoke(actor, whom, _grant(whom, role, place).id)
    click.echo(f"{username} no longer holds {role}")


def _grant(whom: Person, role: str, place: str) -> HeldGrant:
    for held in whom.grants:
        if held.role == role and held.ended is not None and held.ended.code == place:
            return held
    wanted = (Role(role), find_place(place))
    for held in whom.grants:
        if (held.role, held.place) == wanted:
            return held
    raise BadInput(f"{whom.username} does not hold {role} there")


@commands.command("hand-on")
@click.argument("username")
def hand_on(username: str) -> None:
    """Let USERNAME's roles over regions that are no more hold over what came after these."""
    actor = _actor("hand-on")
    with told(), writing():
        whom = queries.person(actor, username)
        moved = [held for held in whom.grants if held.ended is not None and held.ended.heirs]
        for held in moved:
            actions.hand_on(actor, whom, held.id)
    for held in moved:
        click.echo(f"{held.role} {held.where}: {_heirs(held)} from today on")
    if not moved:
        click.echo(f"{username} holds nothing that could be handed on")


def _heirs(held: HeldGrant) -> str:
    heirs = held.ended.heirs if held.ended is not None else ()
    return ", ".join(f"{heir.name} {heir.code}" for heir in heirs)


@commands.command()
@click.argument("username")
def disable(username: str) -> None:
    """Shut an account; whoever is signed in with it is signed out."""
    actor = _actor("disable")
    with told(), writing():
        actions.disable(actor, queries.person(actor, username))
    click.echo(f"{username} is disabled")


@commands.command()
@click.argument("username")
def enable(username: str) -> None:
    """Open an account again, and forget failed attempts at it."""
    actor = _actor("enable")
    with told(), writing():
        whom = queries.person(actor, username)
        actions.enable(actor, whom)
        actions.unlock(actor, whom)
    click.echo(f"{username} is enabled")


@commands.command()
@click.argument("username")
@click.option("--authenticator", is_flag=True, help="Also take the authenticator, which is lost.")
def reset(username: str, authenticator: bool) -> None:
    """Print a new password for one use."""
    actor = _actor("reset")
    one_time = OneTime.made()
    with told(), writing():
        whom = queries.person(actor, username)
        actions.reset_password(actor, whom, one_time)
        if authenticator:
            actions.reset_factor(actor, whom)
    _tell(username, one_time)


@commands.command("list")
@click.argument("text", default="")
@click.option("--stranded", is_flag=True, help="Only with a role over a region that is no more.")
def list_people(text: str, stranded: bool) -> None:
    """The accounts whose name or username has TEXT in it."""
    with told():
        number, left = 1, 1
        while left > 0:
            found = queries.people(_actor("list"), text, number, stranded=stranded)
            for whom in found.people:
                click.echo(_line(whom))
            left = found.total - number * PER_PAGE
            number += 1


def _line(whom: Person) -> str:
    roles = ", ".join(map(_role, whom.grants)) or "no role"
    states = ["disabled"] if whom.disabled_at else []
    states += ["locked"] if attempts.locked(whom.username) else []
    return "\t".join((whom.username, whom.name, roles, ", ".join(states)))


def _role(held: HeldGrant) -> str:
    if held.ended is None:
        return f"{held.role} {held.where}"
    heirs = f"heir: {_heirs(held)}" if held.ended.heirs else "no heir known"
    told = f"region ended on {held.ended.on}, grant reaches nothing; {heirs}"
    return f"{held.role} {held.where} {held.ended.code} ({told})"


@commands.command("demo")
@click.option("--city", required=True, help="The first four digits of the city's code.")
def make_demo(city: str) -> None:
    """One account for each role, for trying it out; does nothing once there is any account."""
    demonstrate(city)


def demonstrate(city: str) -> None:
    """What ``flask users demo`` does, for other commands."""
    with told():
        made = demo.make(command("users demo"), city, settings())
    if not made:
        click.echo("there are accounts already: none was made")
        return
    for one in made:
        click.echo(f"{one.role:16} {one.username:16} {one.password}")
    click.echo(f"also in {demo.path(settings())}, with what an authenticator needs")
