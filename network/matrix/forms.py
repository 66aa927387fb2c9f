"""What the matrix is asked in its address, and what its forms send; read strictly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from core.catalogue.queries import catalogue
from core.catalogue.rules import Service
from core.clock import today
from core.errors import BadInput
from core.forms import flag, one_of
from core.regions.tree import Node
from core.sites import forms
from core.sites.rules import Kind, Mode, is_site_code
from network.matrix.actions import Cell
from network.matrix.rules import By, Difference, Wanted

#: What stands for "does not offer it" where a mode is chosen.
NOT_OFFERED = "none"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which matrix: of a region, on a day, by what; of a kind, of one service, only with gaps."""

    region: Node | None
    on: date
    by: By
    kind: Kind | None
    service: Service | None
    gaps: bool

    def query(self, **more: Any) -> dict[str, Any]:
        """The same as arguments of an address."""
        asked = {
            "region": None if self.region is None else self.region.code,
            "on": None if self.on == today() else self.on.isoformat(),
            "by": None if self.by is By.SITES else self.by,
            "kind": self.kind,
            "service": None if self.service is None else self.service.code,
            "gaps": 1 if self.gaps else None,
        }
        return asked | more


def read(args: Mapping[str, str]) -> Asked:
    """``region``, ``on``, ``by``, ``kind``, ``service``, ``gaps``. Raises BadInput, NotFound."""
    on = forms.day(args.get("on", ""), "on") or today()
    code = args.get("service", "")
    return Asked(
        region=forms.region(args.get("region", ""), on),
        on=on,
        by=one_of(By, args, "by") or By.SITES,
        kind=forms.kind(args.get("kind", "")),
        service=catalogue(on).find(code, "service") if code else None,
        gaps=flag(args.get("gaps", ""), "gaps"),
    )


# -- Setting cells ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which rows (None: all that the filters let through), and what their cells are to become."""

    sites: frozenset[str] | None
    wanted: Wanted


def chosen(sent: MultiDict[str, str], services: Sequence[Service]) -> Chosen:
    """What the form of the matrix sends. Raises BadInput."""
    everything = sent.get("rows") == "all"
    sites = frozenset(sent.getlist("site"))
    if not everything and not sites:
        raise BadInput(_l("请先勾选网点，或者选择“筛选出的全部网点”。"), field="site")
    by_code = {service.code: service.id for service in services}
    ticked = set(sent.getlist("column"))
    if not ticked <= by_code.keys():
        raise BadInput(_l("没有这个事项。"), field="column")
    columns = frozenset(by_code[code] for code in ticked or by_code)
    only_gaps = sent.get("cells", "gaps") == "gaps"
    return Chosen(None if everything else sites, Wanted(mode(sent), columns, only_gaps))


def mode(sent: Mapping[str, str]) -> Mode | None:
    """How the cells are to be offered; None for not at all. Raises BadInput."""
    text = sent.get("mode", "")
    if text == NOT_OFFERED:
        return None
    try:
        return Mode(text)
    except ValueError:
        raise BadInput(_l("请选择改成直接办、帮办还是不开办。"), field="mode") from None


# -- Cells on their way through the page that shows what will change -----------------------------

_LETTERS = {Mode.DIRECT: "d", Mode.ASSISTED: "a", None: "n"}
_MODES = {letter: mode for mode, letter in _LETTERS.items()}


def packed(differences: Iterable[Difference]) -> str:
    """The cells and what they become, as one text of a hidden field."""
    return " ".join(
        f"{code}:{service}:{_LETTERS[after]}" for code, service, _before, after in differences
    )


def unpacked(text: str) -> list[Cell]:
    """The same read again. Raises BadInput for what was not packed so."""
    cells: list[Cell] = []
    for word in text.split():
        code, _colon, rest = word.partition(":")
        service, _colon, letter = rest.partition(":")
        if not is_site_code(code) or not service.isdigit() or letter not in _MODES:
            raise BadInput(_l("要改的内容不完整，请重新选择。"), field="cells")
        cells.append((code, service, _MODES[letter]))
    if not cells:
        raise BadInput(_l("没有要改的格子。"), field="cells")
    return cells
