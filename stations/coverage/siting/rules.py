"""What may be asked about new stations, its bounds, and how the question is kept and said."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from core.catalogue.rules import Service
from core.clock import civil
from core.errors import OneKmError
from core.labels import Labelled
from core.regions.tree import Node
from stations.coverage.rules import Question, Rule, metres_text

#: How many new stations may be asked for at once.
MOST_STATIONS: Final = 1000
#: Metres between the points of a grid.
FINEST_GRID: Final = 50.0
COARSEST_GRID: Final = 10_000.0
USUAL_GRID: Final = 500.0
#: How many candidates one question may have.
MOST_CANDIDATES: Final = 200_000
#: How many people a station may be said to take in.
MOST_CAPACITY: Final = 10_000_000
#: How many settlements may be said to have to be served.
MOST_MUST: Final = 500
MOST_NAME: Final = 100
#: Seconds that the exact search takes at most, where nobody says otherwise.
SECONDS: Final = 600.0


_ONE_KILOMETRE: Final = Rule()


class Aim(Labelled):
    """What the new stations are for."""

    MOST = "most", _l("新增若干个站，让新覆盖的人最多")
    EVERYBODY = "everybody", _l("最少要新增几个站，才能覆盖所有人")


class Candidates(Labelled):
    """Where a new station may stand."""

    VILLAGES = "villages", _l("村居（聚落点）")
    CLINICS = "clinics", _l("现有村卫生室（尚未开办所选事项的）")
    SITES = "sites", _l("现有各类网点（尚未开办所选事项的）")
    GRID = "grid", _l("规则网格")

    @property
    def standing(self) -> bool:
        """Whether these are sites that are there already."""
        return self in (Candidates.CLINICS, Candidates.SITES)


@dataclass(frozen=True, slots=True)
class Ask:
    """A question: where new stations go in a region, with the sites of a day as they are.

    ``services`` none: any serving site covers.  ``most``: how many new ones at most, where that is
    asked.  ``must``: settlements (code, else name) that have to be within reach afterwards.
    """

    region: Node
    on: date
    at: datetime | None = None
    services: tuple[Service, ...] = ()
    rule: Rule = _ONE_KILOMETRE
    aim: Aim = Aim.MOST
    most: int = 1
    candidates: Candidates = Candidates.VILLAGES
    grid: float = USUAL_GRID
    capacity: float | None = None
    must: tuple[str, ...] = ()

    @property
    def bundle(self) -> bool:
        """Whether people count once for each of several services."""
        return len(self.services) > 1

    def questions(self) -> list[Question]:
        """Whom the network reaches now, service by service."""
        services: tuple[Service | None, ...] = self.services or (None,)
        return [Question(self.region, self.on, one, self.at, self.rule) for one in services]

    def document(self) -> str:
        """The question as it is kept."""
        kept = {
            "on": self.on.isoformat(),
            "at": None if self.at is None else civil(self.at).strftime("%H:%M"),
            "services": [one.code for one in self.services],
            "radius": self.rule.radius,
            "factor": self.rule.factor,
            "aim": self.aim.value,
            "most": self.most,
            "candidates": self.candidates.value,
            "grid": self.grid,
            "capacity": self.capacity,
            "must": list(self.must),
        }
        return json.dumps(kept, ensure_ascii=False)

    def words(self) -> list[LazyString]:
        """The rules that the answer goes by, one a sentence."""
        told = [self.rule.words(), self.questions()[0].sites_words(), _FIXED]
        if self.at is not None:
            told.append(_AT)
        if self.bundle:
            told.append(_BUNDLE)
        told.append(self._candidate_words())
        if self.aim is Aim.EVERYBODY:
            told.append(_EVERYBODY)
        if self.capacity is not None:
            told.append(
                _l(
                    "每个新站最多服务 %(capacity)s 人：同一村居的人可以分到几个新站，超出的人不计；"
                    "必须覆盖的村居要全部分到。现有网点不设上限。",
                    capacity=f"{self.capacity:,.0f}",
                )
            )
        if self.must:
            told.append(_l("必须覆盖的村居：%(names)s。", names="、".join(self.must)))
        return told

    def _candidate_words(self) -> LazyString:
        if self.candidates is Candidates.GRID:
            return _l(
                "候选点：每隔 %(metres)s 米一个网格点，只取最近的村居在本区划之内的点。",
                metres=metres_text(self.grid),
            )
        return _CANDIDATE_WORDS[self.candidates]


_FIXED: Final = _l("现有网点保持不动，本区划以外的网点也计入；新站选定后，视为开办所选的全部事项。")
_AT: Final = _l("新站视为在所选时刻办理。")
_BUNDLE: Final = _l(
    "选了几个事项时，一个人每新够得着一个事项计一次（人·事项）；"
    "覆盖率按“所选事项在范围内样样都能办”计。"
)
_EVERYBODY: Final = _l("“所有人”指本区划内有人口的全部村居；人口为 0 的村居不要求覆盖。")
_CANDIDATE_WORDS: Final[Mapping[Candidates, LazyString]] = {
    Candidates.VILLAGES: _l("候选点：本区划内的每个村居（聚落点），已覆盖的也算。"),
    Candidates.CLINICS: _l(
        "候选点：本区划内在服务、位置可以公开、尚未开办所选全部事项的现有村卫生室。"
    ),
    Candidates.SITES: _l("候选点：本区划内在服务、位置可以公开、尚未开办所选全部事项的现有网点。"),
}


class NothingToDo(OneKmError):
    """The question has an answer without any new station, or none at all; the message says why."""

    status = 400
    code = "nothing_to_do"


class CannotBe(OneKmError):
    """No choice does what was asked; ``settlements`` (by number) are out of everybody's reach."""

    status = 400
    code = "cannot_be"

    def __init__(self, message: str, settlements: tuple[int, ...] = ()) -> None:
        super().__init__(message)
        self.settlements = settlements


class Miscount(Exception):
    """The recount differs from what the search says: this is our fault and must not be shown."""
