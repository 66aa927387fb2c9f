"""What the pages and the interface of figures are asked in their addresses, read strictly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _l

from core.clock import today
from core.errors import BadInput
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
        below=_level(args.get("below", "")),
    )


def _level(text: str) -> Level | None:
    try:
        return Level(text) if text else None
    except ValueError:
        raise BadInput(_l("级别应为 city、county、town、village 之一。"), field="below") from None
