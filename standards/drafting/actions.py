"""Writing drafts, and sending one to a second person, who publishes it by agreeing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import uuid4

import sqlalchemy as sa
from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core import tomlfile
from core.access import Actor, Permission
from core.audit.actions import record
from core.clock import now, today
from core.db import db
from core.errors import BadInput, Conflict
from core.proposals import actions as proposals
from core.proposals.models import Proposal
from core.proposals.rules import Asked, ProposalKind, State, proposal_kind
from core.regions.queries import tree
from standards import actions, comparison, format, story, verdicts
from standards.drafting import queries
from standards.drafting.queries import Draft
from standards.drafting.rules import AHEAD_DAYS, Payload
from standards.models import StandardDraft
from standards.rules import State as Verdict
from standards.rules import Version
from standards.words import part_label


def begin(actor: Actor, document: str, base_id: int | None = None) -> StandardDraft:
    """Begin a draft as a copy of a version, of a file or of nothing. Raises BadInput."""
    tomlfile.parse(document)
    moment = now()
    made = StandardDraft(
        uuid=str(uuid4()),
        base_id=base_id,
        document=document,
        made_by=actor.name,
        made_by_id=actor.account_id,
        made_at=moment,
        changed_at=moment,
    )
    db.session.add(made)
    db.session.flush()
    version, _problems = queries.read(document)
    record(actor, story.DRAFTED, (story.STANDARD, "" if version is None else version.code))
    return made


def change(draft: Draft, seen: int, version: Version) -> None:
    """Let the draft say something else. Raises Conflict where somebody has changed it since."""
    rewrite(draft, seen, format.write(version))


def rewrite(draft: Draft, seen: int, document: str) -> None:
    """The same with the whole file, which need not hold together yet. Raises BadInput, Conflict."""
    _refuse_frozen(draft)
    tomlfile.parse(document)
    changed = db.session.scalar(
        sa.update(StandardDraft)
        .where(StandardDraft.id == draft.row.id, StandardDraft.version == seen)
        .values(document=document, version=StandardDraft.version + 1, changed_at=now())
        .returning(StandardDraft.id)
        .execution_options(populate_existing=True)
    )
    if changed is None:
        raise Conflict(_l("这份草稿刚刚被别人改过，请核对后再提交。"))


def drop(actor: Actor, draft: Draft) -> None:
    """Throw a draft away that waits for nobody and is not published. Raises Conflict where it was
    changed, or sent to somebody, since it was read."""
    _refuse_frozen(draft)
    code = "" if draft.version is None else draft.version.code
    dropped = db.session.scalar(
        sa.delete(StandardDraft)
        .where(StandardDraft.id == draft.row.id, StandardDraft.version == draft.row.version)
        .returning(StandardDraft.id)
        .execution_options(synchronize_session=False)
    )
    if dropped is None:
        raise Conflict(_l("这份草稿刚刚被别人改过，请核对后再提交。"))
    record(actor, story.DROPPED, (story.STANDARD, code))


def _refuse_frozen(draft: Draft) -> None:
    if draft.state is State.WAITING:
        raise Conflict(_l("这份草稿正在等待审批，不能修改。"))
    if draft.state is State.APPROVED:
        raise Conflict(_l("这份草稿已经发布，不能修改。"))


# -- The second person --------------------------------------------------------------------------


def send(actor: Actor, draft: Draft, seen: int, in_force: date, words: str = "") -> Proposal:
    """Ask a second person to publish. Raises BadInput where it does not hold together."""
    _refuse_frozen(draft)
    if draft.version is None or draft.problems:
        raise BadInput(_l("草稿还有错，改好后才能提交。"))
    actions.check_day(draft.version.code, in_force)
    if in_force > today() + timedelta(AHEAD_DAYS):
        raise BadInput(_l("生效日期太远，最多两年以后。"), field="in_force")
    region_id = city_of(actor)
    made = proposals.propose(
        actor,
        KIND,
        (story.STANDARD, draft.version.code),
        Payload(draft.row.uuid, draft.digest, in_force).kept(),
        region_id=region_id,
        base_version=draft.row.version + 1,
        words=words,
    )
    sent = db.session.scalar(
        sa.update(StandardDraft)
        .where(StandardDraft.id == draft.row.id, StandardDraft.version == seen)
        .values(proposal_id=made.id, version=StandardDraft.version + 1)
        .returning(StandardDraft.id)
    )
    if sent is None:
        raise Conflict(_l("这份草稿刚刚被别人改过，请核对后再提交。"))
    return made


def city_of(actor: Actor) -> int:
    """The city for which it is published. Standards hold everywhere, so it has to be the only one
    on the platform, or the actor's reach all of it. Raises BadInput."""
    living = tree(today())
    reach = actor.reach(Permission.STANDARDS_PUBLISH)
    cities = living.top()
    if not cities or not all(reach.region(living, city.id) for city in cities):
        raise BadInput(_l("标准由平台上的各市共用，您只管其中一个市，请系统管理员在服务器上发布。"))
    return cities[0].id


def _apply(actor: Actor, asked: Asked, seen: int | None) -> None:
    payload = Payload.of(asked.payload)
    draft = queries.find(payload.draft)
    if draft.digest != payload.digest:
        raise Conflict(_l("提出之后草稿又改过了，请退回后重新提交。"))
    actions.publish(
        actor, format.read(draft.row.document), payload.in_force, region_id=asked.region_id
    )


def _lines(asked: Asked) -> Sequence[str]:
    """What would be published, what differs from the last version, what would become of sites."""
    payload = Payload.of(asked.payload)
    draft = queries.find(payload.draft)
    if draft.version is None:
        return []
    told = [str(_("《%(name)s》自 %(day)s 起生效", name=draft.version.name, day=payload.in_force))]
    told.append(str(_("文件 sha256 %(digest)s", digest=payload.digest)))
    before = queries.base(draft)
    if before is None:
        told.append(str(_("新的标准，共 %(number)s 条", number=len(draft.version.criteria))))
    else:
        told += _differing(comparison.compare(before.version, draft.version))
    found = verdicts.verdicts()
    holds = found.of(draft.version.code)
    dry = comparison.dry_run(
        found.day.ask.network, None if holds is None else holds[1], found.try_out(draft.version)
    )
    return [*told, *_moving(dry)]


def _differing(differs: comparison.Comparison) -> list[str]:
    told = [f"{part_label(one.part)}{_('：')}{_('修改')}" for one in differs.whole]
    for one in differs.criteria:
        text = one.after or one.before
        parts = str(_("、")).join(str(part_label(part.part)) for part in one.parts)
        words = f"{one.change.label}{_('：')}{'' if text is None else text.text}"
        told.append(f"{words}（{parts}）" if parts else words)
    return told


def _moving(dry: comparison.DryRun) -> list[str]:
    if not dry.moved:
        return [str(_("没有一个网点今天的判定会改变"))]
    words = {
        Verdict.FAILED: _("%(number)s 个网点将变为未达标", number=dry.newly(Verdict.FAILED)),
        Verdict.MET: _("%(number)s 个网点将变为达标", number=dry.newly(Verdict.MET)),
        Verdict.UNKNOWN: _("%(number)s 个网点将变为待定", number=dry.newly(Verdict.UNKNOWN)),
    }
    return [str(text) for state, text in words.items() if dry.newly(state)]


def _version(asked: Asked) -> int | None:
    return queries.find(Payload.of(asked.payload).draft).row.version


def _page(asked: Asked) -> str:
    return url_for("drafts.preview", uuid=Payload.of(asked.payload).draft)


KIND = proposal_kind(
    ProposalKind(
        "standard.publish",
        _l("发布标准"),
        Permission.STANDARDS_PUBLISH,
        _apply,
        _lines,
        _version,
        grave=True,
        page=_page,
    )
)
