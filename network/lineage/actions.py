"""Writing lists under review: made, decided upon line by line, sent to a second person, applied."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import uuid4

import sqlalchemy as sa
from flask import url_for
from flask_babel import lazy_gettext as _l

from core.access import Actor, Permission
from core.audit.actions import record
from core.clock import now
from core.db import db
from core.errors import BadInput, Conflict
from core.proposals import actions as proposals
from core.proposals.models import Proposal
from core.proposals.rules import Asked, ProposalKind, State, proposal_kind
from core.regions import importer
from core.regions import queries as regions
from core.regions.heirs import Heirs, no_heir
from core.regions.rules import Row
from core.regions.story import REGION
from network.lineage import queries, rules, story
from network.lineage.models import RegionChangeSet
from network.lineage.queries import NO_SAID, Kept
from network.lineage.rules import Review, Said


def draft(actor: Actor, rows: Sequence[Row], on: date, source: str) -> RegionChangeSet:
    """Begin to review a list. Raises BadInput for one that is wrong or of a city out of reach."""
    plan = importer.plan_rows(rows, on, source)
    tree = regions.load(on)
    city = tree.by_code.get(rows[0].code)
    within = city is not None and actor.reach(Permission.REGIONS_CHANGE).region(tree, city.id)
    if city is None or not within:
        raise BadInput(
            _l("只能更新您所管城市的区划，这份名单是 %(name)s 的。", name=rows[0].name),
            field="file",
        )
    if not plan.changed:
        raise BadInput(_l("这份名单与登记的区划完全相同，没有要调整的。"), field="file")
    made = RegionChangeSet(
        uuid=str(uuid4()),
        region_id=city.id,
        rows=importer.text_of(rows),
        on=on,
        source=plan.source,
        made_by=actor.name,
        made_at=now(),
    )
    db.session.add(made)
    db.session.flush()
    told = {"on": (None, on), "source": (None, plan.source)}
    record(actor, story.DRAFTED, (REGION, city.code), told, region_id=city.id)
    return made


def choose(
    actor: Actor,
    kept: Kept,
    seen: int,
    said: Mapping[str, Heirs],
    shares: Mapping[str, Said] = NO_SAID,
) -> None:
    """Say what comes after some of the regions that end, of the list seen at the version *seen*,
    and what some new ones take over from those that live on.

    Raises Conflict where somebody else has decided meanwhile; BadInput for an heir that is none,
    a site that is not to be had or goes two ways.
    """
    _refuse_frozen(kept)
    review = queries.review(kept.row)
    levels = {row.code: row.level for row in review.plan.after}
    known = {entry.code: entry for entry in review.entries if entry.heirs is not None}
    for code, heirs in said.items():
        if code not in known:
            raise BadInput(_l("%(code)s 没有撤销。", code=code[:40]), field="heirs")
        for heir in heirs.codes:
            before = known[code].change.before
            if before is None or levels.get(heir) is not before.level:
                raise no_heir(code, heir)
    taken = {**rules.parse_shares(kept.row.shares), **shares}
    _check_shares(review, shares, taken)
    after = rules.kept({**rules.parse(kept.row.heirs), **said})
    changed = db.session.scalar(
        sa.update(RegionChangeSet)
        .where(RegionChangeSet.id == kept.row.id, RegionChangeSet.version == seen)
        .values(
            heirs=after,
            shares=rules.kept_shares(taken),
            version=RegionChangeSet.version + 1,
        )
        .returning(RegionChangeSet.id)
        .execution_options(populate_existing=True)
    )
    if changed is None:
        raise Conflict(_l("这份调整刚刚被别人改过，请核对后再提交。"))


def _check_shares(review: Review, shares: Mapping[str, Said], taken: Mapping[str, Said]) -> None:
    offered = {entry.code: entry.offer for entry in review.entries if entry.offer is not None}
    for code, said in shares.items():
        if code not in offered:
            raise BadInput(_l("%(code)s 不是新设的区划。", code=code[:40]), field="shares")
        known = {site.code for site in offered[code].sites}
        for site in said.sites:
            if site not in known:
                message = _l("网点 %(site)s 不能划入 %(code)s。", site=site[:40], code=code)
                raise BadInput(message, field="shares")
    times = Counter(site for said in taken.values() for site in said.sites)
    for site, number in sorted(times.items()):
        if number > 1:
            message = _l("网点 %(site)s 选入了两个新设的区划。", site=site)
            raise BadInput(message, field="shares")


def send(actor: Actor, kept: Kept, seen: int, words: str = "") -> Proposal:
    """Ask a second person to let the list hold. Raises BadInput where something is undecided."""
    _refuse_frozen(kept)
    review = queries.review(kept.row)
    if review.problems:
        number = len(review.problems)
        raise BadInput(_l("还有 %(number)s 处需要先决定。", number=number))
    tree = regions.load(review.plan.on)
    city = tree.by_id[kept.row.region_id]
    made = proposals.propose(
        actor,
        KIND,
        (REGION, city.code),
        rules.payload(kept.row.uuid, review),
        region_id=city.id,
        base_version=review.version,
        words=words,
    )
    sent = db.session.scalar(
        sa.update(RegionChangeSet)
        .where(
            RegionChangeSet.id == kept.row.id,
            RegionChangeSet.version == seen,
            RegionChangeSet.proposal_id.is_not_distinct_from(kept.row.proposal_id),
        )
        .values(proposal_id=made.id, version=RegionChangeSet.version + 1)
        .returning(RegionChangeSet.id)
    )
    if sent is None:
        raise Conflict(_l("这份调整刚刚被别人改过，请核对后再提交。"))
    return made


def drop(actor: Actor, kept: Kept) -> None:
    """Throw a list away that nobody has approved and that waits for nobody."""
    _refuse_frozen(kept)
    code = regions.code_of(kept.row.region_id, kept.row.on) or ""
    told = {"on": (kept.row.on, None), "source": (kept.row.source, None)}
    record(actor, story.DROPPED, (REGION, code), told, region_id=kept.row.region_id)
    db.session.delete(kept.row)
    db.session.flush()


def _refuse_frozen(kept: Kept) -> None:
    if kept.state is State.WAITING:
        raise Conflict(_l("这份调整正在等待审批，不能修改。"))
    if kept.state is State.APPROVED:
        raise Conflict(_l("这份调整已经生效，不能修改。"))


# -- The second person --------------------------------------------------------------------------


def _apply(actor: Actor, asked: Asked, seen: int | None) -> None:
    """Let the list hold as it was shown to whoever approves, or say that it is another now."""
    review = queries.review(queries.of_proposal(asked.payload["set"]))
    if (seen is not None and seen != review.version) or review.digest != asked.payload["digest"]:
        raise Conflict(_l("提出之后，区划或网点又有变动，请退回后重新核对。"))
    if review.problems:
        raise Conflict(_l("提出之后，区划或网点又有变动，请退回后重新核对。"))
    importer.apply(actor, review.plan, review.heirs, review.shares)


def _version(asked: Asked) -> int | None:
    return queries.review(queries.of_proposal(asked.payload["set"])).version


def _page(asked: Asked) -> str:
    return url_for("lineage.change_set", uuid=asked.payload["set"])


KIND = proposal_kind(
    ProposalKind(
        "region.changes",
        _l("区划调整"),
        Permission.REGIONS_CHANGE,
        _apply,
        lambda asked: rules.lines(asked.payload),
        _version,
        grave=True,
        page=_page,
    )
)
