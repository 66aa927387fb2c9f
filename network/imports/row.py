"""A row of a file in hand, from what stands in its cells to what would become of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from core.imports import rules
from core.imports.rules import Staged, as_json
from core.sheets.rows import InHand
from core.sites.bulk import Dossier, Work

#: What somebody chose where a row may mean a site that is there: it is another.
NEW: Final = "new"
#: What of a new site the table of rows keeps, besides what every row has.
_VALUES: Final = (
    *("name_en", "address", "phone", "search", "kind", "status", "hours"),
    *("lat", "lon", "given_lat", "given_lon", "datum", "verified"),
)


@dataclass(slots=True)
class Judged(rules.Judged):
    """What would become of a row; ``changes`` is as the audit keeps them."""

    site_id: int | None = None
    seen: int | None = None
    values: dict[str, Any] | None = None
    modes: dict[int, str] = field(default_factory=dict)
    work: Work | None = None
    changes: str = ""
    offered: tuple[str, ...] = ()

    def more(self) -> dict[str, Any]:
        values = self.values or {}
        return {
            **{name: values.get(name) for name in _VALUES},
            "offered": " ".join(self.offered),
            "changes": self.changes,
            "work": None if self.work is None else as_json(self.work),
            "site_id": self.site_id,
            "seen": self.seen,
        }


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
