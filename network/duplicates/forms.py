"""What the pages of duplicates are asked, and what is chosen on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from core.clock import today
from core.errors import BadInput
from core.forms import one_of, whole_number
from core.labels import Labelled
from core.regions.tree import Node
from core.sites import forms
from core.sites.rules import Fact, Taken
from network.duplicates.choosing import MOST_WORDS, Asked, Held, differing
from network.duplicates.rules import LEAST, LOWEST, MOST_PERCENT


class Show(Labelled):
    """Which pairs a list holds."""

    OPEN = "open", _l("待核对")
    APART = "apart", _l("不是同一个")
    MERGED = "merged", _l("已合并")


@dataclass(frozen=True, slots=True)
class Filters:
    """Which pairs are asked for. ``percent`` is the least likelihood."""

    show: Show
    region: Node | None
    percent: int

    @property
    def least(self) -> float:
        return self.percent / 100

    def query(self, **other: Any) -> dict[str, Any]:
        """The same as arguments of an address; what is as usual is left out."""
        usual = int(LEAST * 100)
        own = {
            "show": None if self.show is Show.OPEN else self.show.value,
            "region": None if self.region is None else self.region.code,
            "least": None if self.percent == usual else self.percent,
        }
        return own | other


def filters(args: Mapping[str, str]) -> Filters:
    """``show``, ``region`` and ``least``, a percentage. Raises BadInput, NotFound."""
    show = one_of(Show, args, "show") or Show.OPEN
    percent = whole_number(args.get("least", "") or str(int(LEAST * 100)), "least")
    if not LOWEST * 100 <= percent <= MOST_PERCENT:
        raise BadInput(_l("相似程度应在 30 到 99 之间。"), field="least")
    return Filters(show, forms.region(args.get("region", ""), today()), percent)


def merging(
    form: Mapping[str, str], a: Held, b: Held, services: Mapping[str, int]
) -> tuple[Held, Held, Asked]:
    """The survivor, the other, and what is taken of it. Raises BadInput.

    *services* are those of which the mode is chosen, by code.  What is not chosen stays the
    survivor's.
    """
    by_code = {held.code: held for held in (a, b)}
    survivor = by_code.get(form.get("survivor", ""))
    if survivor is None:
        raise BadInput(_l("请选择保留哪一个网点。"), field="survivor")
    other = b if survivor is a else a
    seen = [whole_number(form.get(f"seen-{held.code}", ""), "seen") for held in (survivor, other)]
    facts = _chosen(form, differing(a, b), by_code, other)
    modes = {f"mode-{code}": service_id for code, service_id in services.items()}
    taken = Taken(
        frozenset(map(Fact, facts)),
        frozenset(modes[name] for name in _chosen(form, modes, by_code, other)),
    )
    return survivor, other, Asked(taken, (seen[0], seen[1]))


def _chosen(
    form: Mapping[str, str], names: Iterable[str], by_code: Mapping[str, Held], other: Held
) -> list[str]:
    """Those of *names* whose value is to be the other's."""
    found = []
    for name in names:
        chosen = form.get(name, "")
        if chosen and chosen not in by_code:
            raise BadInput(_l("请在两个网点中选一个。"), field=name)
        if chosen == other.code:
            found.append(name)
    return found


def words(form: Mapping[str, str]) -> str:
    """A reason, if any was given. Raises BadInput."""
    found = form.get("words", "").strip()
    if len(found) > MOST_WORDS or any(ord(letter) < 32 for letter in found):
        raise BadInput(_l("内容太长，最多 %(most)s 个字。", most=MOST_WORDS), field="words")
    return found


def version(form: Mapping[str, str]) -> int:
    """The version of the site that was on the page. Raises BadInput."""
    return whole_number(form.get("seen", ""), "seen")
