"""A kind of proposal of the tests' own: another telephone number of a site."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor, Permission, command
from core.accounts import sign_in
from core.db import db, writing
from core.proposals import actions
from core.proposals.rules import Asked, ProposalKind, proposal_kind
from core.sites import changes
from core.sites.actions import do
from core.sites.models import Site
from core.sites.story import SITE
from tests.core.accounts.made import World, give_authenticator, new_sign_in

NUMBER: Final = "0631-5551234"


def _apply(actor: Actor, asked: Asked, seen: int | None) -> None:
    do(actor, asked.site_id or 0, seen, changes.described(phone=asked.payload))


def _lines(asked: Asked) -> Sequence[str]:
    return [f"电话：{site_of(asked.subject[1]).phone} → {asked.payload}"]


def _version(asked: Asked) -> int | None:
    return site_of(asked.subject[1]).version


PHONE: Final = proposal_kind(
    ProposalKind(
        "test.phone", _l("营业时间"), Permission.PROPOSALS_DECIDE, _apply, _lines, _version
    )
)
GRAVE: Final = proposal_kind(
    ProposalKind(
        *("test.grave", _l("营业时间"), Permission.PROPOSALS_DECIDE, _apply, _lines, _version),
        grave=True,
    )
)


def site_of(code: str) -> Site:
    return db.session.scalars(
        sa.select(Site).where(Site.code == code).execution_options(populate_existing=True)
    ).one()


def stands(code: str) -> Site:
    """The site as it is now that others have written."""
    db.session.rollback()
    return site_of(code)


def actor_of(account_id: int) -> Actor:
    """The person as an actor, as the guard finds her with both proofs shown."""
    give_authenticator(account_id)
    found = sign_in.current(new_sign_in(account_id))
    assert found is not None
    return found.actor


def ask(
    world: World,
    code: str = "",
    actor: Actor | None = None,
    kind: ProposalKind = PHONE,
    number: str = NUMBER,
) -> str:
    """Ask for another number of a site, the own one of *world* unless told; gives the UUID."""
    code = code or world.own
    with writing():
        site = site_of(code)
        made = actions.propose(
            actor or command("test"),
            kind,
            (SITE, code),
            number,
            region_id=world.place(code).region_id,
            site_id=site.id,
            base_version=site.version,
            words="换了号码",
        )
        return made.uuid
