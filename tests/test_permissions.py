"""Every route, asked by everybody about their own, their neighbours' and others' things.

What is to come out stands in TABLE; a route without a row fails.  Nothing that is done is kept, so
that everybody asks of the same things.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from core.access import Permission
from core.accounts import passwords, queries, tokens
from core.accounts.models import ApiToken
from core.accounts.rules import Role
from core.catalogue import actions as catalogue_actions
from core.catalogue import importer as catalogue_importer
from core.clock import now, today
from core.db import db, writing
from core.files import actions as files
from core.files.store import Content
from core.jobs.models import Job
from core.proposals.models import Proposal
from core.rectification.models import Finding
from core.rectification.notices import actions as notices
from core.regions.importer import text_of
from core.regions.queries import load, tree
from core.sites import actions as sites
from core.sites import merging
from core.sites.actions import Entry, enter
from core.sites.models import Closure, Site
from core.sites.rules import Kind, Taken
from core.staff import actions as staff
from core.staff.actions import Described
from core.staff.changes import posted
from core.staff.rules import Duty
from network.duplicates.models import PairVerdict
from network.imports.models import ImportRun
from network.imports.rules import State
from network.lineage.models import RegionChangeSet
from standards.drafting.actions import begin as begin_draft
from standards.inspections.actions import Visit
from standards.inspections.actions import plan as plan_visit
from standards.inspections.planning.models import Draw, InspectionPlan
from standards.inspections.planning.rules import DrawnInspector, DrawnSite, Pools, written
from tests.core.accounts.made import (
    ACTOR,
    CHEAP,
    SINCE,
    World,
    csrf,
    give_authenticator,
    make_person,
    make_world,
    signed_in,
)
from tests.core.proposals.made import ask
from tests.core.rectification import made as finding
from tests.standards.made import FILE as STANDARD
from tests.standards.made import publish

IN, SIGN_IN, REFUSED, HIDDEN = "let in", "sent to sign in", "refused", "not found"
WHERE: Final = ("own", "sibling", "other")
#: The county of the person who asks, one beside it in the same city, one of another city.
COUNTIES: Final = {"own": "371082000000", "sibling": "371002000000", "other": "370302000000"}
CITY: Final = "371000000000"
PUBLIC, PROGRAM = "public", "program"
PEOPLE: Final = tuple(role.value for role in Role)
EVERYBODY: Final = (PUBLIC, *PEOPLE, PROGRAM)


@dataclass(frozen=True)
class Row:
    """Who is let in, and where. Others are refused, and nobody is sent to sign in."""

    allowed: Mapping[str, str]

    def outcome(self, who: str, where: str) -> str:
        if who not in self.allowed:
            return SIGN_IN if who == PUBLIC else REFUSED
        return IN if where in self.allowed[who].split() else HIDDEN


ALL: Final = "own sibling other"
OPEN: Final = Row(dict.fromkeys(EVERYBODY, ALL))
PERSON: Final = Row(dict.fromkeys(PEOPLE, ALL))
#: Names something of somebody else's: not found by anybody.
NOT_THEIRS: Final = Row(dict.fromkeys(PEOPLE, ""))
SEES: Final = Row({"county_admin": "own", "city_admin": "own sibling", "system_admin": ALL})
MANAGES: Final = Row({"county_admin": "own", "city_admin": "own sibling"})
#: Everybody who works with the register; what lies elsewhere is absent from the list.
READS: Final = Row(dict.fromkeys((*PEOPLE[:-1], PROGRAM), ALL))
#: What waits is found by nobody else.
DECIDES: Final = Row(
    dict.fromkeys(PEOPLE, "") | {"county_admin": "own", "city_admin": "own sibling"}
)
#: A site's own manager keeps it too; a program, with a token of the county administrator's.
KEEPS: Final = Row(
    {
        "station_manager": "own",
        "county_admin": "own",
        "city_admin": "own sibling",
        "program": "own",
    }
)
#: Not for a program: it cannot show once more who it is.
BULK: Final = Row(dict.fromkeys(("county_admin", "city_admin"), ALL))
LISTS: Final = Row(dict.fromkeys(("county_admin", "city_admin", "system_admin"), ALL))

READERS: Final = Row(
    {
        "hotline_agent": "own sibling",
        "inspector": "own",
        "county_admin": "own",
        "city_admin": "own sibling",
        "auditor": ALL,
        "window_clerk": "",
        "station_manager": "",
        PROGRAM: "own",
    }
)
#: What opens on one's own reach, wherever that is.
SOMEWHERE: Final = Row(dict.fromkeys(READERS.allowed, ALL))
READS_SITE: Final = Row({**READERS.allowed, "window_clerk": "own", "station_manager": "own"})
WRITERS: Final = Row({"county_admin": "own", "city_admin": "own sibling", PROGRAM: "own"})
WRITES_SOMEWHERE: Final = Row(dict.fromkeys(WRITERS.allowed, ALL))
#: Somebody else's job: for who runs the system alone.
RUNS: Final = Row({**dict.fromkeys(PEOPLE, ""), "system_admin": ALL})

#: Whoever keeps a site, its own manager among them; a photo that is nobody's is found by none.
KEEPS_PHOTOS: Final = Row({**WRITERS.allowed, "station_manager": "own"})
NO_PHOTO: Final = Row(dict.fromkeys(KEEPS_PHOTOS.allowed, ""))

#: Findings: whoever reads inspections, or puts right.
FINDINGS: Final = Row(
    {
        "station_manager": "own",
        "inspector": "own",
        "county_admin": "own",
        "city_admin": "own sibling",
        "auditor": ALL,
        PROGRAM: "own",
    }
)
FINDINGS_SOMEWHERE: Final = Row(dict.fromkeys(FINDINGS.allowed, ALL))
NO_FINDING_PHOTO: Final = Row(dict.fromkeys(FINDINGS.allowed, ""))
#: A program may read them and no more.
ANSWERS: Final = Row(
    {who: where for who, where in FINDINGS.allowed.items() if who not in ("auditor", PROGRAM)}
)
NO_EVIDENCE: Final = Row(dict.fromkeys(ANSWERS.allowed, ""))
RECHECKS: Final = Row(
    {who: where for who, where in ANSWERS.allowed.items() if who != "station_manager"}
)
LEADS: Final = Row({who: where for who, where in RECHECKS.allowed.items() if who != "inspector"})
#: Visits: whoever is sent writes, the county reviews, the station reads its own.
INSPECTS: Final = Row({"inspector": ALL})
VISIT: Final = FINDINGS
READS_VISITS: Final = Row(dict.fromkeys(VISIT.allowed, ALL))
#: A plan is a region's: who reads of one site alone finds none.
PLANNED: Final = Row({**VISIT.allowed, "station_manager": ""})
REVIEWS: Final = Row({"county_admin": "own", "city_admin": "own sibling"})

TABLE: Final[Mapping[str, Row]] = {
    "GET findings.index": FINDINGS_SOMEWHERE,
    "GET findings.export": FINDINGS_SOMEWHERE,
    "GET findings.criteria": FINDINGS_SOMEWHERE,
    "GET findings.export_criteria": FINDINGS_SOMEWHERE,
    "GET rectification.finding": FINDINGS,
    "GET rectification.show": NO_FINDING_PHOTO,
    "GET rectification.show_small": NO_FINDING_PHOTO,
    "POST rectification.answer": ANSWERS,
    "POST rectification.take_out": NO_EVIDENCE,
    "POST rectification.extend": ANSWERS,
    "POST rectification.close": RECHECKS,
    "POST rectification.send_back": RECHECKS,
    "POST rectification.assign": LEADS,
    "POST rectification.lapse": LEADS,
    "POST rectification_notices.issue": RECHECKS,
    "GET rectification_notices.notice": FINDINGS,
    "GET rectification_notices.pdf": FINDINGS,
    "static": OPEN,
    "GET web.alive": OPEN,
    "GET web.ready": OPEN,
    "GET web.choose_text": OPEN,
    "GET i18n.choose": OPEN,
    "GET finder.find": OPEN,
    "GET finder.suggest": OPEN,
    "GET finder_api.find_nearest": OPEN,
    "GET network.index": OPEN,
    "GET network.notices": OPEN,
    "GET network.region": OPEN,
    "GET network.service": OPEN,
    "GET network.services": OPEN,
    "GET network.site": OPEN,
    "GET network.site_qr": OPEN,
    "GET network_api.region": OPEN,
    "GET network_api.service": OPEN,
    "GET network_api.services": OPEN,
    "GET network_api.site": OPEN,
    "GET network_api.sites": OPEN,
    "GET network_map.outlines": OPEN,
    "GET network_map.script": OPEN,
    "GET network_map.sites": OPEN,
    "GET accounts.sign_in": OPEN,
    "POST accounts.sign_in": OPEN,
    "GET accounts.code": OPEN,
    "POST accounts.code": OPEN,
    "GET accounts.password": OPEN,
    "POST accounts.password": OPEN,
    "GET accounts.enrol": OPEN,
    "POST accounts.enrol": OPEN,
    "POST accounts.sign_out": OPEN,
    "GET accounts.again": PERSON,
    "POST accounts.again": PERSON,
    "GET own.me": PERSON,
    "GET own.change_password": PERSON,
    "POST own.change_password": PERSON,
    "GET own.authenticator": PERSON,
    "POST own.authenticator": PERSON,
    "POST own.renew_codes": PERSON,
    "POST own.end_sign_in": PERSON,
    "GET own.new_token": PERSON,
    "POST own.new_token": PERSON,
    "POST own.revoke_token": NOT_THEIRS,
    "GET people.index": LISTS,
    "GET people.new": LISTS,
    "POST people.new": LISTS,
    "GET people.person": SEES,
    "POST people.grant": MANAGES,
    "POST people.revoke": MANAGES,
    "POST people.hand_on": MANAGES,
    "POST people.disable": MANAGES,
    "POST people.enable": MANAGES,
    "POST people.unlock": MANAGES,
    "POST people.reset_password": MANAGES,
    "POST people.reset_factor": MANAGES,
    "POST people.revoke_token": Row({"city_admin": "own sibling", "system_admin": ALL}),
    "GET figures.index": SOMEWHERE,
    "GET figures.figure": SOMEWHERE,
    "GET figures.export": SOMEWHERE,
    "GET figures_api.index": SOMEWHERE,
    "GET figures_api.figure": SOMEWHERE,
    "GET duplicates.index": Row(dict.fromkeys(("county_admin", "city_admin", PROGRAM), ALL)),
    "GET duplicates.pair": WRITERS,
    "POST duplicates.merge": MANAGES,
    "POST duplicates.tell_apart": WRITERS,
    "POST duplicates.take_back": WRITERS,
    "GET duplicates.merged": READERS,
    "POST duplicates.take_apart": MANAGES,
    "GET tree.show": SOMEWHERE,
    "GET matrix.show": SOMEWHERE,
    "GET matrix.export": SOMEWHERE,
    "GET matrix.nowhere": SOMEWHERE,
    "GET matrix_cell.cell": READS_SITE,
    "POST matrix_set.preview": WRITES_SOMEWHERE,
    "POST matrix_set.apply": WRITES_SOMEWHERE,
    "GET matrix_set.upload": WRITES_SOMEWHERE,
    "POST matrix_set.read": WRITES_SOMEWHERE,
    "GET plan.show": READERS,
    "POST plan.change": WRITERS,
    "GET photos.show": Row(dict.fromkeys(EVERYBODY, "")),
    "GET photos.show_small": Row(dict.fromkeys(EVERYBODY, "")),
    "GET photos.index": KEEPS_PHOTOS,
    "POST photos.add": KEEPS_PHOTOS,
    "POST photos.describe": NO_PHOTO,
    "POST photos.earlier": NO_PHOTO,
    "POST photos.later": NO_PHOTO,
    "POST photos.take_out": NO_PHOTO,
    "GET jobs.index": PERSON,
    "GET jobs.job": RUNS,
    "POST jobs.stop": RUNS,
    "GET jobs.told": Row({**dict.fromkeys((*PEOPLE, PROGRAM), ""), "system_admin": ALL}),
    "GET imports.index": WRITES_SOMEWHERE,
    "GET imports.new": WRITES_SOMEWHERE,
    "POST imports.new": WRITES_SOMEWHERE,
    "GET imports.template": WRITES_SOMEWHERE,
    "GET imports.run": WRITERS,
    "GET imports.columns": WRITERS,
    "POST imports.columns": WRITERS,
    "POST imports.choose": WRITERS,
    "POST imports.retry": WRITERS,
    "POST imports.apply": WRITERS,
    "GET imports.annotated": WRITERS,
    "GET register.index": READS,
    "GET register.export": READS,
    "GET register_bulk.choose": BULK,
    "POST register_bulk.change": BULK,
    "POST register.save": READS,
    "POST register.drop": Row(dict.fromkeys((*PEOPLE[:-1], PROGRAM), "")),
    "GET standards.index": OPEN,
    "GET standards.versions": OPEN,
    "GET standards.version": OPEN,
    "GET standards.file": OPEN,
    "GET standards_api.index": OPEN,
    "GET standards_api.standard": OPEN,
    "GET verdicts.show": SOMEWHERE,
    "GET verdicts.export": SOMEWHERE,
    "GET verdicts.site": READS_SITE,
    "GET drafts.index": Row({"city_admin": ALL}),
    "POST drafts.begin": Row({"city_admin": ALL}),
    "GET drafts.draft": Row({"city_admin": ALL}),
    "GET drafts.text": Row({"city_admin": ALL}),
    "POST drafts.text": Row({"city_admin": ALL}),
    "GET drafts.whole": Row({"city_admin": ALL}),
    "POST drafts.whole": Row({"city_admin": ALL}),
    "GET drafts.new": Row({"city_admin": ALL}),
    "POST drafts.new": Row({"city_admin": ALL}),
    "GET drafts.criterion": Row({"city_admin": ALL}),
    "POST drafts.criterion": Row({"city_admin": ALL}),
    "POST drafts.move": Row({"city_admin": ALL}),
    "POST drafts.remove": Row({"city_admin": ALL}),
    "GET drafts.preview": Row({"city_admin": ALL}),
    "POST drafts.propose": Row({"city_admin": ALL}),
    "POST drafts.drop": Row({"city_admin": ALL}),
    "GET lineage.index": Row({"city_admin": ALL}),
    "GET lineage.new": Row({"city_admin": ALL}),
    "POST lineage.new": Row({"city_admin": ALL}),
    "GET lineage.change_set": Row({"city_admin": "own sibling"}),
    "POST lineage.choose": Row({"city_admin": "own sibling"}),
    "POST lineage.send": Row({"city_admin": "own sibling"}),
    "POST lineage.drop": Row({"city_admin": "own sibling"}),
    "GET proposals.index": PERSON,
    "GET proposals.proposal": DECIDES,
    "POST proposals.approve": DECIDES,
    "POST proposals.refuse": DECIDES,
    "POST proposals.withdraw": NOT_THEIRS,
    "GET keeping.mine": Row({"station_manager": ALL}),
    "GET keeping.history": Row(
        {
            "hotline_agent": "own sibling",
            "window_clerk": "own",
            "station_manager": "own",
            "inspector": "own",
            "county_admin": "own",
            "city_admin": "own sibling",
            "auditor": ALL,
            "program": "own",
        }
    ),
    "POST keeping.confirm": KEEPS,
    "GET keeping.away": KEEPS,
    "POST keeping.away": KEEPS,
    "POST keeping.come_back": KEEPS,
    "GET keeping.close": MANAGES,
    "POST keeping.close": MANAGES,
    "GET keeping.open": WRITERS,
    "POST keeping.open": WRITERS,
    "GET editing.edit": KEEPS,
    "POST editing.save": KEEPS,
    "POST editing.preview_hours": READS,
    "GET editing.regions": Row(dict.fromkeys(("county_admin", "city_admin", "program"), ALL)),
    "GET fittings.edit": KEEPS,
    "POST fittings.save": KEEPS,
    "GET windows.edit": KEEPS,
    "POST windows.save": KEEPS,
    "GET postings.edit": KEEPS,
    "POST postings.save": KEEPS,
    "GET staff.index": READS,
    "GET staff.export": READS,
    "GET staff.new": WRITES_SOMEWHERE,
    "POST staff.new": WRITES_SOMEWHERE,
    "GET staff.member": READS_SITE,
    "POST staff.describe": WRITERS,
    "POST staff.leave": WRITERS,
    "GET entering.new": Row(dict.fromkeys(("county_admin", "city_admin", "program"), ALL)),
    "POST entering.new": Row(dict.fromkeys(("county_admin", "city_admin", "program"), ALL)),
    "GET closures.of_site": WRITERS,
    "POST closures.of_site": WRITERS,
    "GET closures.of_region": MANAGES,
    "POST closures.of_region": MANAGES,
    "GET closures.closure": WRITERS,
    "POST closures.closure": WRITERS,
    "POST closures.lift": WRITERS,
    "GET inspections.index": READS_VISITS,
    "GET inspections.everything": READS_VISITS,
    "GET inspections.export": READS_VISITS,
    "GET inspections.new": INSPECTS,
    "POST inspections.new": INSPECTS,
    "GET inspections.show": VISIT,
    "POST inspections.fill": Row({"inspector": "own"}),
    "PUT inspection_filing.file": Row({"inspector": "own"}),
    "PUT inspection_filing.take": Row(dict.fromkeys((*REVIEWS.allowed, "inspector"), "")),
    "GET inspection_filing.outbox": INSPECTS,
    "GET inspection_filing.pack": INSPECTS,
    "GET inspection_filing.worker": OPEN,
    "GET inspection_results.photo": Row(dict.fromkeys(VISIT.allowed, "")),
    "GET inspection_results.small": Row(dict.fromkeys(VISIT.allowed, "")),
    "GET inspection_results.report": VISIT,
    "GET inspection_results.report_pdf": VISIT,
    "POST inspection_results.sign": Row({"station_manager": "own", "inspector": "own"}),
    "POST inspection_results.comment": Row({"station_manager": "own"}),
    "POST inspection_results.sign_off": REVIEWS,
    "POST inspection_results.send_back": REVIEWS,
    "POST inspection_results.give_up": REVIEWS,
    "POST inspection_results.settle": REVIEWS,
    "POST inspection_results.follow_up": REVIEWS,
    "POST inspection_results.assign": REVIEWS,
    "POST inspection_results.cancel": Row({**REVIEWS.allowed, "inspector": ""}),
    "GET inspection_import.upload": Row(dict.fromkeys(REVIEWS.allowed, ALL)),
    "POST inspection_import.upload": Row(dict.fromkeys(REVIEWS.allowed, ALL)),
    "GET inspection_plans.index": READS_VISITS,
    "GET inspection_plans.month": READS_VISITS,
    "GET inspection_plans.new_plan": Row(dict.fromkeys(REVIEWS.allowed, ALL)),
    "POST inspection_plans.new_plan": Row(dict.fromkeys(REVIEWS.allowed, ALL)),
    "GET inspection_plans.plan": PLANNED,
    "POST inspection_plans.end_plan": REVIEWS,
    "GET inspection_plans.new_draw": BULK,
    "POST inspection_plans.new_draw": BULK,
    "GET inspection_plans.draw": PLANNED,
    "GET inspection_plans.pools": PLANNED,
    "POST inspection_plans.void": MANAGES,
    "GET audit.index": Row({"county_admin": ALL, "auditor": ALL}),
    "GET audit.story": Row({"county_admin": "own", "auditor": ALL}),
}


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "HASHER", CHEAP)
    monkeypatch.setattr(passwords, "NOBODY", CHEAP.hash("nobody has it"))


@pytest.fixture
def world(app: Flask) -> World:
    """Two cities, and an inspector with a token in each county."""
    world = make_world()
    with writing():
        catalogue_actions.take_over(ACTOR, catalogue_importer.read().entries, SINCE)
    for number, (where, county) in enumerate(COUNTIES.items()):
        account_id = make_person(f"subject-{where}", Role.INSPECTOR, county)
        give_authenticator(account_id)
        add_token(account_id, f"{number:08x}", "register.read")
        add_job(account_id, uuid_of(where))
        add_import(uuid_of(where), county)
        add_visit(account_id, getattr(world, where), county, uuid_of(where))
        add_pairs(getattr(world, where), county, where)
        uuid = ask(world, getattr(world, where))
        with writing():
            known = sa.update(Proposal).where(Proposal.uuid == uuid)
            db.session.execute(known.values(uuid=uuid_of(where)))
            add_list(county, uuid_of(where))
        add_closure(county, uuid_of(where))
        add_finding(getattr(world, where), uuid_of(where))
        add_member(county, getattr(world, where), where)
        with writing():
            draft = begin_draft(ACTOR, STANDARD)
            draft.uuid = uuid_of(where)
    publish(STANDARD)
    return world


def add_finding(code: str, uuid: str) -> None:
    """Something to be put right at a site, on a notice; both bear the UUID."""
    made = finding.find(code)
    with writing():
        notice = notices.issue(ACTOR, made)
        notice.uuid = uuid
        db.session.flush()
        db.session.execute(sa.update(Finding).where(Finding.uuid == made).values(uuid=uuid))


#: The codes of the members of staff, by where they are.
MEMBERS: Final[dict[str, str]] = {}


def add_member(county: str, site: str, where: str) -> None:
    """Somebody whose record a county keeps and who is posted to a site there."""
    with writing():
        MEMBERS[where] = staff.enter(ACTOR, Described("王芳", _id(county))).code
        change = posted({MEMBERS[where]: [Duty.GUIDE]}, SINCE)
        sites.do(ACTOR, site_id(site), None, change)


def add_import(uuid: str, county: str) -> None:
    """A file of sites that was sent for a county."""
    with writing():
        file = files.keep(ACTOR, Content("0" * 64, 1), "trial.csv", "text/csv")
        db.session.add(
            ImportRun(
                uuid=uuid,
                sent_by="trial",
                region_id=_id(county),
                file_id=file.id,
                container="csv",
                state=State.READING,
                created_at=now(),
            )
        )


def add_visit(account_id: int, code: str, county: str, uuid: str) -> None:
    """A visit that the inspector of the county is sent to, a plan and a draw there."""
    region_id = _id(county)
    with writing():
        plan_visit(ACTOR, Visit(site_id(code), today(), account_id), uuid)
        made = {"uuid": uuid, "region_id": region_id, "title": "trial", "visits": 1}
        db.session.add(InspectionPlan(**made, year=2026, made_by="trial", made_at=now()))
        db.session.add(
            Draw(
                **made,
                algorithm="onekm-draw-1",
                seed="trial",
                together=1,
                pools=written(Pools((DrawnSite(code, county),), (DrawnInspector("x"),))),
                first_day=today(),
                last_day=today(),
                drawn_by="trial",
                drawn_at=now(),
            )
        )


def add_pairs(code: str, county: str, where: str) -> None:
    """Beside a site one that is not the same, and one that was and is part of it now."""
    village = next(
        node for node in tree(today()).descendants(_id(county)) if node.level == "village"
    )
    with writing():
        ids = [site_id(code)]
        for name in ("duplicate", "merged"):
            entry = Entry(name, Kind.COMMUNITY, village.id, None)
            found = enter(ACTOR, entry, SINCE)
            PAIRS[name, where] = found.code
            ids.append(found.id)
        db.session.add(PairVerdict(low_id=ids[0], high_id=ids[1], by="trial", at=now(), words=""))
        merging.merge(ACTOR, ids[0], ids[2], (None, None), Taken())


def _id(region: str) -> int:
    return tree(today()).by_code[region].id


def site_id(code: str) -> int:
    return db.session.scalars(sa.select(Site.id).where(Site.code == code)).one()


#: The codes of the sites beside the world's own, by what and where they are.
PAIRS: Final[dict[tuple[str, str], str]] = {}


def add_closure(county: str, uuid: str) -> None:
    with writing():
        shut = Closure(
            uuid=uuid, region_id=_id(county), since=today(), words="停电", announced_at=now()
        )
        db.session.add(shut)


def add_list(county: str, uuid: str) -> None:
    """A list of the city of a county that is being reviewed, in which the county is renamed."""
    living = load(today())
    city = living.path(living.by_code[county].id)[0]
    rows = [
        replace(row, name=f"新{row.name}") if row.code == county else row
        for row in living.rows(city)
    ]
    db.session.add(
        RegionChangeSet(
            uuid=uuid,
            region_id=city.id,
            rows=text_of(rows),
            on=today(),
            source="a document",
            made_by="trial",
            made_at=now(),
        )
    )


def uuid_of(where: str) -> str:
    """The UUID of the job of the inspector who is *where*, and of what is asked for there."""
    return f"00000000-0000-4000-8000-00000000000{WHERE.index(where)}"


def add_job(account_id: int, uuid: str) -> None:
    with writing():
        db.session.add(
            Job(
                uuid=uuid,
                kind="trial",
                title="trial",
                title_en="trial",
                payload="{}",
                account_id=account_id,
                started_by="trial",
                created_at=now(),
                told_at=now(),
            )
        )


def add_token(account_id: int, prefix: str, permissions: str, secret_hash: str = "") -> None:
    with writing():
        db.session.add(
            ApiToken(
                account_id=account_id,
                label="trial",
                prefix=prefix,
                token_hash=secret_hash,
                permissions=permissions,
                created_at=now(),
                expires_at=now() + timedelta(days=1),
            )
        )


class Asker:
    """Somebody who asks: with a browser, or a program with a token."""

    def __init__(self, client: FlaskClient, header: Mapping[str, str], token: str) -> None:
        self.client = client
        self.header = header
        self.token = token

    def ask(self, method: str, path: str, data: Mapping[str, str]) -> str:
        sent = {"csrf_token": self.token, **data} if method == "POST" else None
        header = {**self.header, "X-CSRFToken": self.token} if method == "PUT" else self.header
        # Each time with the cookies of the beginning: signing out is among what is asked.
        cookie = self.client.get_cookie("session")
        answer = self.client.open(path, method=method, data=sent, headers=header)
        answer.close()
        if cookie is not None:
            self.client.set_cookie("session", cookie.value)
        if answer.status_code == 401 or (answer.location or "").startswith("/signin?next="):
            wrong_proof = method == "POST" and path.startswith("/signin")
            return IN if wrong_proof and answer.status_code == 401 else SIGN_IN
        return {403: REFUSED, 404: HIDDEN}.get(answer.status_code, IN)


@pytest.fixture
def askers(app: Flask, world: World) -> dict[str, Asker]:
    own = COUNTIES["own"]
    places = {
        Role.HOTLINE_AGENT: CITY,
        Role.WINDOW_CLERK: world.own,
        Role.STATION_MANAGER: world.own,
        Role.INSPECTOR: own,
        Role.COUNTY_ADMIN: own,
        Role.CITY_ADMIN: CITY,
        Role.AUDITOR: "",
        Role.SYSTEM_ADMIN: "",
    }
    found = {}
    for role, place in places.items():
        account_id = make_person(role.value.replace("_", "-"), role, place)
        give_authenticator(account_id)
        client = signed_in(app, account_id)
        found[role.value] = Asker(client, {}, csrf(client))
    client = app.test_client()
    found[PUBLIC] = Asker(client, {}, csrf(client))
    found[PROGRAM] = Asker(app.test_client(), {"Authorization": f"Bearer {program()}"}, "")
    return found


def program() -> str:
    """A token of the county administrator's, good for as much as any token can be."""
    whom = queries.person(ACTOR, "county-admin")
    secret = "s" * 43
    permissions = " ".join(sorted(Permission))
    add_token(whom.id, "ffffffff", permissions[:400].rpartition(" ")[0], tokens._hash(secret))
    return f"onekm_ffffffff_{secret}"


def routes(app: Flask) -> Iterator[tuple[str, str, Rule]]:
    """The row, the method and the rule of everything that may be asked."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            name = rule.endpoint if rule.endpoint == "static" else f"{method} {rule.endpoint}"
            yield name, method, rule


def path_of(rule: Rule, where: str, world: World) -> str:
    """The address of a thing that is *where*."""
    room = rule.endpoint.split(".")[0]
    code = {
        "people": f"subject-{where}",
        "audit": f"subject-{where}",
        "staff": MEMBERS[where],
        "i18n": "zh",
        "figures": "plan.gaps",
        "rectification": uuid_of(where),
        "rectification_notices": uuid_of(where),
    }.get(room)
    code = "plan.gaps" if room == "figures_api" else code
    if rule.rule.startswith("/standards/drafts/"):
        code = "guide"
    elif rule.rule.startswith(("/standards/", "/api/v1/standards/")):
        code = "sample"
    code = code or (getattr(world, where) if "/sites/" in rule.rule else COUNTIES[where])
    code = uuid_of(where) if room.startswith("inspection") else code
    if rule.rule.startswith("/duplicates/merged"):
        code = PAIRS["merged", where]
    values = {
        "<code>": code,
        "<a>": getattr(world, where),
        "<b>": PAIRS["duplicate", where],
        "<kind>": "account",
        "<prefix>": f"{WHERE.index(where):08x}",
        "<service>": "002036001002",
        "<sha256>": "0" * 64,
        "<site>": getattr(world, where),
        "<int:number>": "1",
        "<uuid>": uuid_of(where),
        "<photo>": uuid_of(where),
        "<path:filename>": "onekm.css",
        "<any(large, normal):size>": "large",
        "<any(xlsx, csv, geojson):form>": "csv",
        "<any(csv, xlsx):file>": "csv",
    }
    path = rule.rule
    for name, value in values.items():
        path = path.replace(name, value)
    assert "<" not in path, f"say in path_of() what stands for a part of {rule.rule}"
    return path


def test_every_route_has_a_row_and_every_row_a_route(app: Flask) -> None:
    assert {name for name, _method, _rule in routes(app)} == set(TABLE)


@pytest.mark.long
def test_everybody_gets_what_the_table_says(
    app: Flask, world: World, askers: dict[str, Asker], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert set(askers) == set(EVERYBODY)
    assert len(askers) == 10
    grants = {where: str(queries.person(ACTOR, f"subject-{where}").grants[0].id) for where in WHERE}

    def keep_nothing() -> None:
        db.session.flush()
        db.session.rollback()

    monkeypatch.setattr("core.db.commit", keep_nothing)
    monkeypatch.setattr("core.printing.pdf", lambda _page, _pictures=None: b"%PDF-")
    differences = []
    for name, method, rule in routes(app):
        for where in WHERE:
            path, data = path_of(rule, where, world), {"grant": grants[where]}
            for who, asker in askers.items():
                told, expected = asker.ask(method, path, data), TABLE[name].outcome(who, where)
                # What is open to everybody may still not be there.
                if told != expected and (TABLE[name] is not OPEN or told != HIDDEN):
                    differences.append(f"{name}: {who}, {where}: {told}, not {expected}")
    assert differences == []
