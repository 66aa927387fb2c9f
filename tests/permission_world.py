"""The world in which everybody is asked for everything: one thing of each kind in each county."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest
import sqlalchemy as sa

from core.accounts.models import ApiToken
from core.accounts.rules import Role
from core.catalogue import actions as catalogue_actions
from core.catalogue import importer as catalogue_importer
from core.clock import now, today
from core.db import db, writing
from core.files import actions as files
from core.files.store import Content
from core.imports.rules import State
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
from network.lineage.models import RegionChangeSet
from standards.drafting.actions import begin as begin_draft
from standards.inspections.actions import Visit
from standards.inspections.actions import plan as plan_visit
from standards.inspections.planning.models import Draw, InspectionPlan
from standards.inspections.planning.rules import DrawnInspector, DrawnSite, Pools, written
from stations.coverage.demand.models import PopulationImport
from stations.coverage.grids.models import PopulationGrid
from stations.coverage.rules import Tally
from stations.coverage.runs.models import CoverageRun
from stations.coverage.siting import actions as siting
from stations.coverage.siting.answer import Answer as SitingAnswer
from stations.coverage.siting.answer import Chosen, How
from stations.coverage.siting.models import SitingProposal
from stations.coverage.siting.queries import Ground
from stations.coverage.siting.rules import Ask
from tests.conftest import Once
from tests.core.accounts.made import (
    ACTOR,
    SINCE,
    World,
    give_authenticator,
    make_person,
    make_world,
)
from tests.core.proposals.made import ask
from tests.core.rectification import made as finding
from tests.permission_rows import COUNTIES, uuid_of
from tests.standards.made import FILE as STANDARD
from tests.standards.made import publish
from tests.stations.coverage.made import population_set


@pytest.fixture
def world(once: Once) -> World:
    return once(make_everything)


def make_everything() -> World:
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
        add_population(uuid_of(where), county)
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
        add_run(county, uuid_of(where))
        add_siting(county, uuid_of(where))
        add_grid(county, uuid_of(where))
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


def add_grid(county: str, uuid: str) -> None:
    """A population grid of a county that could not be read."""
    with writing():
        db.session.add(
            PopulationGrid(
                uuid=uuid,
                sent_by="trial",
                region_id=_id(county),
                year=2020,
                source="trial",
                datum="wgs84",
                container="csv",
                file_name="trial.csv",
                sha256="0" * 64,
                state="failed",
                created_at=now(),
            )
        )


def add_run(county: str, uuid: str) -> None:
    """What coverage was in a county on a day."""
    nobody = {"people": 0.0, "people_covered": 0.0, "settlements": 0, "settlements_covered": 0}
    with writing():
        db.session.add(
            CoverageRun(
                uuid=uuid,
                region_id=_id(county),
                on=today(),
                radius=1000.0,
                factor=1.0,
                rule_key="trial",
                asked_by="trial",
                asked_at=now(),
                finished_at=now(),
                **nobody,
            )
        )


def add_population(uuid: str, county: str) -> None:
    """A set of people that counts for a county, and a file that was sent for it."""
    with writing():
        population_set(_id(county)).uuid = uuid
        file = files.keep(ACTOR, Content("0" * 64, 1), "trial.csv", "text/csv")
        terms = {"year": 2020, "source": "trial", "datum": "wgs84"}
        db.session.add(
            PopulationImport(
                uuid=uuid,
                sent_by="trial",
                region_id=_id(county),
                file_id=file.id,
                container="csv",
                state="reading",
                created_at=now(),
                **terms,
            )
        )


def add_siting(county: str, uuid: str) -> None:
    """Where a new station might go in a county."""
    region = tree(today()).by_code[county]
    place = Chosen(37.1, 122.4, "trial", "", 0.0, region.id, "", 0.0, 0, None)
    found = SitingAnswer(
        *(How.QUICK, 0.0, 0.0, True, Tally(0, 0, 0, 0), Tally(0, 0, 0, 0), 0.0, 0.0, 1, 1, 0.0),
        *((place,), ()),
    )
    with writing():
        known = Ground(0, 0, "", "", (), False)
        made = siting.keep(ACTOR, Ask(region, today()), found, known)
        siting.save(ACTOR, made, "trial")
        named = sa.update(SitingProposal).where(SitingProposal.uuid == made)
        db.session.execute(named.values(uuid=uuid, job_uuid=uuid))


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
