"""Merging sites of two counties, which waits for somebody who answers for both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.access import Actor, Permission
from core.catalogue.models import Service
from core.catalogue.story import service_name
from core.clock import today
from core.db import db
from core.errors import Conflict, NotFound
from core.proposals.rules import Asked as Proposed
from core.proposals.rules import ProposalKind, proposal_kind
from core.sites import joining, merging
from core.sites.models import Site
from core.sites.rules import Fact, Taken
from core.sites.story import site_name
from network.duplicates.choosing import Asked, Held
from network.duplicates.words import FACTS


def payload(other: Held, asked: Asked) -> dict[str, Any]:
    """What is kept of a merge until somebody decides on it."""
    return {
        "other": other.code,
        "other_version": asked.seen[1],
        "facts": sorted(asked.taken.facts),
        "services": sorted(asked.taken.services),
    }


def _site(code: str) -> Site:
    found = db.session.scalar(sa.select(Site).where(Site.code == code))
    if found is None:
        raise NotFound(_l("没有编号为 %(code)s 的网点。", code=code), field="code")
    return found


def _apply(actor: Actor, asked: Proposed, seen: int | None) -> None:
    survivor, other = _site(asked.subject[1]), _site(asked.payload["other"])
    if seen is not None and seen != asked.base_version:
        raise Conflict(_l("提出申请之后网点又改过了，请退回，重新核对后再提。"))
    taken = Taken(
        frozenset(map(Fact, asked.payload["facts"])), frozenset(asked.payload["services"])
    )
    versions = asked.base_version, asked.payload["other_version"]
    merging.merge(actor, survivor.id, other.id, versions, taken)


def _lines(asked: Proposed) -> Sequence[str]:
    code = asked.payload["other"]
    other, own = (f"{site_name(one)}（{one}）" for one in (code, asked.subject[1]))
    told = [str(_("把 %(other)s 并入 %(own)s", other=other, own=own))]
    facts = [str(FACTS[Fact(fact)]) for fact in asked.payload["facts"]]
    services = _services(asked.payload["services"])
    if facts or services:
        kept = str(_("、")).join([*facts, *services])
        told.append(str(_("取自 %(other)s：%(kept)s", other=other, kept=kept)))
    hanging = _hanging(_site(code).id)
    if hanging:
        counts = str(_("、")).join(f"{label} {number}" for label, number in hanging)
        told.append(str(_("%(other)s 名下还有：%(counts)s", other=other, counts=counts)))
    return told


def _hanging(site_id: int) -> list[tuple[LazyString, int]]:
    """What hangs on the site that is to be given up."""
    found = joining.held([site_id], today())
    return [(follower.label, counts[site_id]) for follower, counts in found]


def _services(ids: Sequence[int]) -> list[str]:
    codes = db.session.scalars(sa.select(Service.code).where(Service.id.in_(ids)))
    return [service_name(code) for code in codes]


def _version(asked: Proposed) -> int | None:
    return _site(asked.subject[1]).version


MERGE = proposal_kind(
    ProposalKind(
        code="site.merge",
        label=_l("跨区县合并网点"),
        decides=Permission.PROPOSALS_DECIDE,
        apply=_apply,
        lines=_lines,
        version=_version,
    )
)
