"""What would become of each row: the whole trial, without a statement of SQL.

A :class:`Judge` takes the rows of a file a stretch at a time, in their order, and remembers what it
needs of those before: codes, names and positions that come twice.  It is given the sites that rows
may mean and never writes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from core.audit.rules import canonical, compared
from core.errors import BadInput
from core.imports.rules import Staged
from core.regions.meant import Regions
from core.search import index_text
from core.sheets.problems import Problem
from core.sheets.rows import of_row
from core.sheets.spots import Lines
from core.sites import bulk
from core.sites.bulk import Dossier
from core.sites.rules import Kind, Mode, Status
from network.imports import cells as cells_of
from network.imports.matching import Matcher, key_of
from network.imports.placing import Placer
from network.imports.row import Judged, Known, Row
from network.imports.rules import Terms, Verdict
from network.sheets.columns import OFFERING, PARTED, Column, Line

_NEEDED: Final = {"name": _l("新网点要有名称。"), "kind": _l("新网点要有类型。")}


class Judge:
    """Tries the rows of one file."""

    def __init__(
        self,
        terms: Terms,
        today: date,
        regions: Regions,
        columns: Sequence[Column],
        service_ids: Mapping[str, int],
        known: Known,
    ) -> None:
        self._terms = terms
        self._today = today
        self._day = terms.on or today
        self._regions = regions
        self._columns = {column.code: column for column in columns}
        self._service_ids = service_ids
        self._service_codes = {id: code for code, id in service_ids.items()}
        self._lines = Lines()
        self._matcher = Matcher(regions, known, self._lines)
        self._placer = Placer(self._columns, terms.datum, regions, known, self._lines)

    @property
    def afterwards(self) -> list[tuple[int, Problem]]:
        """What is wrong with rows judged before, found out since: number of the row, problem."""
        return self._matcher.afterwards

    def judge(self, stretch: Sequence[Staged]) -> list[Judged]:
        """What would become of these rows."""
        rows = [self._begun(staged) for staged in stretch]
        self._matcher.match([row for row in rows if row.judged.verdict is not Verdict.NOTE])
        return [self._ended(row) for row in rows]

    # -- What a row says ------------------------------------------------------------------------

    def _begun(self, staged: Staged) -> Row:
        self._lines.note(staged.number, staged.layout.sheet, staged.line)
        cells = of_row(staged.cells, staged.layout, self._columns, PARTED)
        name = cells.given["name"].text if "name" in cells.given else ""
        judged = Judged(staged.number, Verdict.NOTE, name[:100])
        row = Row(staged.layout, cells, judged.problems, staged=staged, judged=judged)
        if cells_of.is_remark(cells, staged.cells):
            return row
        judged.verdict = Verdict.REFUSE
        row.problems += (fault.problem for fault in cells.faults)
        row.read(self._columns["code"])
        row.read(self._columns["name"])
        self._region(row)
        if row.region_id is not None and row.values.get("name"):
            row.key = key_of(self._regions.tree, row.region_id, row.values["name"])
        return row

    def _region(self, row: Row) -> None:
        given = row.cells.given
        try:
            if "region" in given:
                code = row.read(self._columns["region"])
                row.region_id = None if code is None else self._regions.by_code(code).id
            elif "region_name" in given:
                row.region_id = self._regions.by_name(given["region_name"].text).id
        except BadInput as fault:
            row.fault("region" if "region" in given else "region_name", fault)

    # -- What would become of it ----------------------------------------------------------------

    def _ended(self, row: Row) -> Judged:
        judged = row.judged
        if judged.verdict is Verdict.NOTE:
            return judged
        if row.site is None:
            self._create(row)
        else:
            self._change(row, row.site)
        if row.wrong:
            judged.verdict = Verdict.REFUSE
            judged.values = judged.work = None
            judged.modes, judged.changes = {}, ""
        return judged

    def _given(self, row: Row, code: str, same: str | None) -> Any:
        """The value in a column; None where the cell is empty or says what is known already."""
        given = row.cells.given.get(code)
        if given is None or given.text == same:
            return None
        if same is not None and cells_of.clears(given.text):
            return ""
        return row.read(self._columns[code])

    def _modes(self, row: Row, held: Mapping[int, str]) -> dict[int, str | None]:
        """The services whose mode is another than *held*; None for one no longer offered."""
        changed: dict[int, str | None] = {}
        for code in row.staged.layout.columns:
            service = (code or "").removeprefix(OFFERING)
            if code is None or not code.startswith(OFFERING) or service not in self._service_ids:
                continue
            mode: Mode | None = None
            if code in row.cells.given:
                mode = row.read(self._columns[code])
                if mode is None:
                    continue
            service_id = self._service_ids[service]
            if held.get(service_id) != mode:
                changed[service_id] = mode
        return changed

    # -- A new site -----------------------------------------------------------------------------

    def _create(self, row: Row) -> None:
        if row.judged.verdict is not Verdict.ASK:
            row.judged.verdict = Verdict.CREATE
        kind = self._given(row, "kind", None)
        self._require(row)
        texts = {code: self._given(row, code, None) or "" for code in bulk.NAMES if code != "name"}
        status = self._given(row, "status", None) or Status.ACTIVE
        hours = self._given(row, "hours", None)
        modes = self._modes(row, {})
        verified = self._given(row, "verified", None)
        if row.region_id is None or row.wrong:
            return
        position = self._placer.position(row, row.region_id, None)
        if row.wrong or row.judged.verdict is Verdict.ASK:
            return
        doubted = position.pop("doubted", False)
        values: dict[str, Any] = dict.fromkeys(
            ("lat", "lon", "given_lat", "given_lon", "datum"), None
        )
        values |= {"name": row.values["name"], **texts, "kind": kind, "status": status}
        values |= {"region_id": row.region_id, "hours": hours, "verified": False, **position}
        values["verified"] = bool(position and verified and not doubted)
        values["search"] = index_text(values["name"], values["name_en"], values["address"])
        row.judged.values = values
        row.judged.region_id = row.region_id
        row.judged.modes = {id: mode for id, mode in modes.items() if mode is not None}
        row.judged.changes = canonical(self._entered(values, row.judged.modes))

    def _require(self, row: Row) -> None:
        """A new site has a name, a kind and a region."""
        for code in ("name", "kind"):
            if code not in row.cells.given and not row.faulty(code):
                row.fault(code, _NEEDED[code])
        if row.region_id is None and not row.says("region", "region_name"):
            row.fault("region", _l("新网点要有区划代码或所在区划。"))

    def _entered(self, values: Mapping[str, Any], modes: Mapping[int, str]) -> dict[str, Any]:
        placed = values["lat"] is not None
        facts = {name: values[name] or None for name in (*bulk.NAMES, "kind", "status")}
        facts |= {
            "region": self._regions.tree.by_id[values["region_id"]].code,
            "lat": values["given_lat"],
            "lon": values["given_lon"],
            "datum": values["datum"],
            "verified": values["verified"] if placed else None,
            "since": self._day,
            **self._audited(values["hours"], modes),
        }
        return dict(compared({}, facts))

    def _audited(self, hours: str | None, modes: Mapping[int, str | None]) -> dict[str, Any]:
        told: dict[str, Any] = {
            f"offering:{self._service_codes[id]}": mode for id, mode in modes.items()
        }
        return {"hours": _document(hours), **told} if hours else told

    # -- A site that is there -------------------------------------------------------------------

    def _change(self, row: Row, site: Dossier) -> None:
        judged = row.judged
        judged.site_id, judged.seen, judged.verdict = site.id, site.version, Verdict.SAME
        judged.code = site.code
        judged.name = judged.name or site.names["name"]
        held = bulk.holding(site.period, self._day)
        if held is None:
            row.fault(None, _l("网点在这一天还没有登记。"))
            return
        line = self._line(site, held.facts)
        judged.region_id = held.facts["region_id"]
        after = self._changed(row, site, held.facts, line)
        if row.wrong or after is None:
            return
        judged.work = bulk.differing(site, after) or None
        if judged.work is None:
            return
        judged.verdict = Verdict.CHANGE
        told = compared(self._told(site), self._told(after))
        since = {} if self._terms.on is None else {"since": (None, self._terms.on)}
        judged.changes = canonical({**told, **since})

    def _line(self, site: Dossier, facts: Mapping[str, Any]) -> Line:
        """The site as an export of the day would write it."""
        region = self._regions.tree.by_id.get(facts["region_id"])
        hours = bulk.holding(site.hours, self._day)
        return Line(
            code=site.code,
            name=site.names["name"],
            name_en=site.names["name_en"],
            address=site.names["address"],
            phone=site.names["phone"],
            kind=Kind(facts["kind"]),
            status=Status(facts["status"]),
            region="" if region is None else region.code,
            verified=facts["verified"],
            hours="" if hours is None else hours.facts["document"],
        )

    def _changed(
        self, row: Row, site: Dossier, facts: Mapping[str, Any], line: Line
    ) -> Dossier | None:
        """The site as the row wants it; None where the row is wrong."""

        def given(code: str) -> Any:
            return self._given(row, code, self._columns[code].write(line))

        names = {code: value for code in bulk.NAMES if (value := given(code)) is not None}
        if names.get("name") == "":
            row.fault("name", _l("名称不能清空。"))
        standing: dict[str, Any] = {
            code: value.value for code in ("kind", "status") if (value := given(code))
        }
        region_id = row.region_id if row.region_id is not None else facts["region_id"]
        if region_id != facts["region_id"]:
            standing["region_id"] = region_id
        standing |= self._stands(row, region_id, facts)
        hours = given("hours")
        held = {
            span.facts["service_id"]: span.facts["mode"]
            for span in site.offering
            if span.holds(self._day)
        }
        modes = self._modes(row, held)
        if row.wrong:
            return None
        if not (names or standing or hours is not None or modes):
            return site
        after = site.copy()
        after.names |= names
        self._put(after, standing, hours, modes)
        return after

    def _stands(self, row: Row, region_id: int, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Another position, or another word on whether it is verified."""
        position = self._placer.position(row, region_id, facts)
        says = row.read(self._columns["verified"])
        if position:
            doubted = position.pop("doubted")
            return {**position, "verified": bool(says) and not doubted}
        if says is None or says == facts["verified"]:
            return {}
        astray = facts["lat"] is None or self._regions.astray(
            region_id, facts["given_lat"], facts["given_lon"], facts["datum"]
        )
        return {"verified": bool(says) and not astray}

    def _put(
        self, after: Dossier, standing: dict[str, Any], hours: str | None, modes: Mapping[int, Any]
    ) -> None:
        on, today = self._terms.on, self._today
        bulk.stand(after, standing, on, today)
        if hours is not None:
            bulk.keep_hours(after, hours or None, on, today)
        for service_id, mode in modes.items():
            bulk.offer(after, service_id, mode, on, today)

    def _told(self, site: Dossier) -> dict[str, Any]:
        """The site on the day, as the audit tells it."""
        held = bulk.holding(site.period, self._day)
        facts: Mapping[str, Any] = {} if held is None else held.facts
        region = self._regions.tree.by_id.get(facts.get("region_id", 0))
        hours = bulk.holding(site.hours, self._day)
        modes = {
            span.facts["service_id"]: span.facts["mode"]
            for span in site.offering
            if span.holds(self._day) and span.facts["service_id"] in self._service_codes
        }
        return {
            **site.names,
            **{name: facts.get(name) for name in ("kind", "status", "datum", "verified")},
            "region": None if region is None else region.code,
            "lat": facts.get("given_lat"),
            "lon": facts.get("given_lon"),
            **self._audited(None if hours is None else hours.facts["document"], modes),
        }


def _document(hours: str | None) -> Any:
    return None if hours is None else json.loads(hours)
