"""The table of permissions: every route, who is let in, and where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from flask import Flask
from werkzeug.routing import Rule

from core.accounts.rules import Role

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
#: The same of a region: whoever looks after one site alone has none.
SOME_REGION: Final = Row({**SOMEWHERE.allowed, "window_clerk": "", "station_manager": ""})
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

#: Coverage is of a region: who reads of sites alone finds none.
OF_A_REGION: Final = Row({who: ALL if where else "" for who, where in READERS.allowed.items()})

#: A search that somebody else began.
NOT_BEGUN: Final = Row(dict.fromkeys(READERS.allowed, ""))

TABLE: Final[Mapping[str, Row]] = {
    "GET siting.show": READERS,
    "POST siting.ask": READERS,
    "GET siting_files.listed": READERS,
    "GET siting.proposal": READERS,
    "POST siting.solve": READERS,
    "POST siting.stop": NOT_BEGUN,
    "POST siting.save": WRITERS,
    "POST siting.delete": READERS,
    "POST siting.plan": WRITERS,
    "GET siting_files.export": READERS,
    "GET siting_files.geojson": READERS,
    "GET siting.compare": SOMEWHERE,
    "GET siting_map.script": READERS,
    "GET siting_map.data": READERS,
    "GET siting_map.file": READERS,
    "GET coverage_grids.index": SOMEWHERE,
    "GET coverage_grids.new": WRITES_SOMEWHERE,
    "POST coverage_grids.new": WRITES_SOMEWHERE,
    "GET coverage_grids.show": READERS,
    "GET coverage_grids.export": READERS,
    "POST coverage_grids.load": WRITERS,
    "POST coverage_grids.drop": WRITERS,
    "GET coverage_roads.show": READERS,
    "GET coverage_runs.index": OF_A_REGION,
    "GET coverage_runs.export": OF_A_REGION,
    "GET coverage_runs.new": WRITES_SOMEWHERE,
    "POST coverage_runs.new": WRITES_SOMEWHERE,
    "GET coverage_runs.show": READERS,
    "GET coverage_runs.rows": READERS,
    "POST coverage_runs.go_on": WRITERS,
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
    "GET coverage_api.coverage": SOME_REGION,
    "GET coverage_api.blind_spots": SOME_REGION,
    "POST whatif_api.what_if": SOMEWHERE,
    "GET figures_api.index": SOMEWHERE,
    "GET figures_api.figure": SOMEWHERE,
    "GET duplicates.index": Row(dict.fromkeys(("county_admin", "city_admin", PROGRAM), ALL)),
    "GET duplicates.pair": WRITERS,
    "POST duplicates.merge": MANAGES,
    "POST duplicates.tell_apart": WRITERS,
    "POST duplicates.take_back": WRITERS,
    "GET duplicates.merged": READERS,
    "POST duplicates.take_apart": MANAGES,
    "GET coverage.index": SOMEWHERE,
    "GET coverage.show": READERS,
    "GET coverage.lists": READERS,
    "GET coverage.export": READERS,
    "GET coverage_whatif.show": READS_SITE,
    "GET coverage_whatif.script": READS_SITE,
    "GET coverage_whatif.data": READS_SITE,
    "GET coverage_whatif.file": READS_SITE,
    "GET coverage_whatif.export": READS_SITE,
    "GET coverage_map.script": READERS,
    "GET coverage_map.data": READERS,
    "GET coverage_map.file": READERS,
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
    "GET demand.index": SOMEWHERE,
    "GET demand.show": READERS,
    "GET demand.new": WRITES_SOMEWHERE,
    "POST demand.new": WRITES_SOMEWHERE,
    "GET demand.template": WRITES_SOMEWHERE,
    "GET demand.run": WRITERS,
    "POST demand.retry": WRITERS,
    "POST demand.apply": WRITERS,
    "GET demand.annotated": WRITERS,
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
    "GET drafts.parts": Row({"city_admin": ALL}),
    "POST drafts.parts": Row({"city_admin": ALL}),
    "GET drafts.new": Row({"city_admin": ALL}),
    "POST drafts.new": Row({"city_admin": ALL}),
    "GET drafts.criterion": Row({"city_admin": ALL}),
    "POST drafts.criterion": Row({"city_admin": ALL}),
    "POST drafts.move": Row({"city_admin": ALL}),
    "POST drafts.remove": Row({"city_admin": ALL}),
    "GET drafts.preview": Row({"city_admin": ALL}),
    "POST drafts.propose": Row({"city_admin": ALL}),
    "POST drafts.drop": Row({"city_admin": ALL}),
    "GET endings.show": Row({"city_admin": ALL}),
    "POST endings.ask": Row({"city_admin": ALL}),
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


def routes(app: Flask) -> Iterator[tuple[str, str, Rule]]:
    """The row, the method and the rule of everything that may be asked."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            name = rule.endpoint if rule.endpoint == "static" else f"{method} {rule.endpoint}"
            yield name, method, rule


def uuid_of(where: str) -> str:
    """The UUID of the job of the inspector who is *where*, and of what is asked for there."""
    return f"00000000-0000-4000-8000-00000000000{WHERE.index(where)}"
