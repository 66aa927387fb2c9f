"""What the pages and the interface of figures are asked in their addresses, read strictly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from core.clock import today
from core.forms import one_of
from core.regions.rules import Level
from core.regions.tree import Node
from core.sites import forms
from core.sites.rules import Kind


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose figures, of which day, of which kind of site; ``below``: ranked among which level."""

    region: Node | None
    on: date
    kind: Kind | None
    below: Level | None

    @property
    def kinds(self) -> frozenset[Kind]:
        return frozenset() if self.kind is None else frozenset({self.kind})


def read(args: Mapping[str, str]) -> Asked:
    """``region``, ``on``, ``kind``, ``below``. Raises BadInput, NotFound."""
    on = forms.day(args.get("on", ""), "on") or today()
    return Asked(
        region=forms.region(args.get("region", ""), on),
        on=on,
        kind=forms.kind(args.get("kind", "")),
        below=one_of(Level, args, "below"),
    )
