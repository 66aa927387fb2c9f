"""Which site of the register a row means, and whether two rows mean one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask_babel import lazy_gettext as _l

from core.regions.meant import Regions
from core.regions.tree import Tree
from core.sheets import problems
from core.sheets.problems import Level, Problem
from core.sheets.spots import Lines
from network import names
from network.imports.row import NEW, Known, Row
from network.imports.rules import Verdict

#: How many sites that a row may mean are offered to choose from.
MOST_OFFERED = 5


def key_of(tree: Tree, region_id: int, name: str) -> str:
    """What two writings of the name of one site have in common."""
    # Past its cache: every name of a large file is asked once.
    return names.read.__wrapped__(name, above(tree, region_id)).key


def above(tree: Tree, region_id: int) -> tuple[str, ...]:
    """The names of the regions over a region."""
    return tuple(node.name for node in tree.path(region_id)[:-1])


def hash_of(region_id: int, key: str) -> int:
    """Stands for a name within a region, in 64 bits: of a hundred thousand no two will agree."""
    return hash((region_id, key))


class Matcher:
    """Finds the sites of rows by code, else by region and name, else offers some to choose from."""

    def __init__(self, regions: Regions, known: Known, lines: Lines) -> None:
        self._regions = regions
        self._known = known
        self._lines = lines
        # The row that was the first to mean each: a site, a code, what hash_of gives.
        self._sites: dict[int, int] = {}
        self._codes: dict[str, int] = {}
        self._keys: dict[int, int] = {}
        #: What is wrong with rows before, found out only now: the number of the row, the problem.
        self.afterwards: list[tuple[int, Problem]] = []

    def match(self, rows: Sequence[Row]) -> None:
        codes = [row.values["code"] for row in rows if row.values.get("code")]
        codes += [row.staged.choice for row in rows if row.staged.choice not in ("", NEW)]
        by_code = self._known.by_codes(codes) if codes else {}
        called: dict[int, list[int]] = {}
        for row in rows:
            code = row.values.get("code") or (row.staged.choice if row.staged.choice != NEW else "")
            if code:
                row.site = by_code.get(code)
                if row.site is None:
                    row.fault("code", _l("没有这个编码，或不在您的管辖范围内。新网点请留空。"))
            if not row.values.get("code") and row.key and row.region_id is not None:
                called[row.staged.number] = list(self._known.called(row.region_id, row.key))
        self._by_name(rows, called)
        for row in rows:
            self._once(row)

    def _by_name(self, rows: Sequence[Row], called: Mapping[int, list[int]]) -> None:
        ids = sorted({id for found in called.values() for id in found})
        found = self._known.by_ids(ids) if ids else {}
        for row in rows:
            same = called.get(row.staged.number)
            if same is None or row.region_id is None:
                continue
            if len(same) == 1 and not row.staged.choice:
                row.site = found.get(same[0])
                continue
            maybe = same or self._alike(row.region_id, row.values["name"])
            if maybe:
                sites = found if same else self._known.by_ids(maybe)
                row.judged.offered = tuple(sites[id].code for id in maybe[:MOST_OFFERED])
                if row.staged.choice:
                    continue
                row.judged.verdict = Verdict.ASK
                told = "、".join(
                    f"{sites[id].names['name']}（{sites[id].code}）" for id in maybe[:MOST_OFFERED]
                )
                row.fault(
                    "name", _l("可能就是已登记的 %(sites)s，请选择。", sites=told), Level.WARNING
                )

    def _alike(self, region_id: int, name: str) -> list[int]:
        """The sites of the region whose names are like this one, the likest first."""
        over = above(self._regions.tree, region_id)
        own = names.read.__wrapped__(name, over)
        scored = [
            (names.similar(own, names.read(other, over)).score, id)
            for id, other in self._known.around(region_id)
        ]
        likely = sorted((-score, id) for score, id in scored if score >= names.LIKELY)
        return [id for _score, id in likely]

    def _once(self, row: Row) -> None:
        """See that no row before means the same site."""
        number = row.staged.number
        if row.site is not None:
            code = "code" if row.values.get("code") else "name"
            self._twice(row, self._sites.setdefault(row.site.id, number), code)
        elif known := row.values.get("code"):
            self._twice(row, self._codes.setdefault(known, number), "code")
        elif row.key and row.region_id is not None:
            named = hash_of(row.region_id, row.key)
            self._twice(row, self._keys.setdefault(named, number), "name")

    def _twice(self, row: Row, first: int, code: str) -> None:
        number = row.staged.number
        if first == number:
            return
        place, own = self._lines.place(first), self._lines.place(number)
        row.fault(code, _l("与第 %(place)s 行是同一个网点，请只留一行。", place=place))
        told = _l("与第 %(place)s 行是同一个网点，请只留一行。", place=own)
        self.afterwards.append((first, problems.problem(Level.ERROR, None, "", told)))
