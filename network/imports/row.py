"""A row of a file in hand, from what stands in its cells to what would become of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, Protocol

from core.sheets.headings import Layout
from core.sheets.problems import Problem
from core.sheets.rows import InHand
from core.sites.bulk import Dossier, Work
from network.imports.rules import Verdict

#: What somebody chose where a row may mean a site that is there: it is another.
NEW: Final = "new"


class Staged(NamedTuple):
    """A row of the file, as it waits; ``choice`` is the code of a site, ``new``, or empty."""

    number: int
    layout: Layout
    line: int
    cells: list[Any]
    choice: str = ""


@dataclass(slots=True)
class Judged:
    """What would become of a row; ``changes`` is as the audit keeps them."""

    number: int
    verdict: Verdict
    name: str = ""
    problems: list[Problem] = field(default_factory=list)
    code: str = ""
    region_id: int | None = None
    site_id: int | None = None
    seen: int | None = None
    values: dict[str, Any] | None = None
    modes: dict[int, str] = field(default_factory=dict)
    work: Work | None = None
    changes: str = ""
    offered: tuple[str, ...] = ()


class Known(Protocol):
    """What the register knows of the sites that rows may mean, within reach."""

    def by_codes(self, codes: Sequence[str]) -> dict[str, Dossier]: ...

    def by_ids(self, ids: Sequence[int]) -> dict[int, Dossier]: ...

    def called(self, region_id: int, key: str) -> Sequence[int]:
        """The sites of the region that are called so."""

    def around(self, region_id: int) -> Iterable[tuple[int, str]]:
        """The sites of the region, and what they are called."""

    def near(self, lat: float, lon: float) -> Iterator[tuple[int, str, float, float]]:
        """Sites near a place: id, code and where."""


@dataclass(slots=True, kw_only=True)
class Row(InHand):
    """A row in hand."""

    staged: Staged
    judged: Judged
    region_id: int | None = None
    key: str = ""
    site: Dossier | None = None
