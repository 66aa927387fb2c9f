"""What comes of a question: where the stations go, whom they win, and how good that is.

Once it is found an answer is a document of its own: it stays as it was, whatever changes later.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from flask_babel import lazy_gettext as _l

from core.labels import Labelled
from stations.coverage.rules import Tally


class How(Labelled):
    """How an answer was found."""

    QUICK = "quick", _l("快速法（贪心加交换）")
    EXACT = "exact", _l("精确求解（HiGHS）")


@dataclass(frozen=True, slots=True)
class Chosen:
    """Where a station goes.  ``near`` with ``metres``: the settlement that it is, or the nearest.

    ``site``: the code of the site that stands there, or nothing.  ``people`` and ``settlements``
    are those won whose nearest of the new stations it is; with a capacity ``served`` are the people
    whom it takes in.
    """

    lat: float
    lon: float
    near: str
    near_code: str
    metres: float
    region_id: int
    site: str
    people: float
    settlements: int
    served: float | None


@dataclass(frozen=True, slots=True)
class Won:
    """A settlement that comes within reach: of station ``station`` (its number) at so many metres.

    ``lacking``: of how many services; with a capacity ``served`` of its people find room.
    """

    code: str
    name: str
    lat: float
    lon: float
    people: float
    region_id: int
    lacking: int
    station: int
    metres: float
    served: float | None


@dataclass(frozen=True, slots=True)
class Answer:
    """``value`` and ``bound`` are what the search counts: people, people times services, or for the
    smallest number stations; the bound is what no choice exceeds, or falls short of.

    ``candidates``: how many there were; ``useful`` of them reach somebody.  ``unreached``: people
    whom no candidate reaches.  ``lacking_before``, ``lacking_after``: people times services.
    """

    how: How
    value: float
    bound: float
    proved: bool
    before: Tally
    after: Tally
    lacking_before: float
    lacking_after: float
    candidates: int
    useful: int
    unreached: float
    chosen: tuple[Chosen, ...]
    won: tuple[Won, ...]

    @property
    def people_won(self) -> float:
        return sum(one.people for one in self.won)

    @property
    def served(self) -> float | None:
        """The people who find room; None where there is no limit."""
        given = [one.served for one in self.chosen if one.served is not None]
        return sum(given) if given else None

    @property
    def gap(self) -> float:
        """How much better a choice might be, as a share of the best conceivable."""
        best = max(abs(self.bound), abs(self.value))
        return 0.0 if self.proved or not best else abs(self.bound - self.value) / best

    def document(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))


def restored(document: str) -> Answer:
    """The answer that was kept."""
    kept = json.loads(document)
    kept["how"] = How(kept["how"])
    kept["before"], kept["after"] = Tally(**kept["before"]), Tally(**kept["after"])
    kept["chosen"] = tuple(Chosen(**one) for one in kept["chosen"])
    kept["won"] = tuple(Won(**one) for one in kept["won"])
    return Answer(**kept)
