"""What the page of a plan sends: the cells that are to hold, and from when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from core.catalogue.rules import Service
from core.errors import BadInput
from core.sites.plans import Cell
from core.sites.rules import Kind
from network import forms


@dataclass(frozen=True, slots=True)
class Asked:
    """The cells of the page and whether each is to hold; ``on`` None for a correction."""

    wanted: dict[Cell, bool]
    on: date | None
    seen: str


def read(sent: MultiDict[str, str], services: Sequence[Service]) -> Asked:
    """The form as it was sent. Raises BadInput; cells of other services are not there at all."""
    ticked = set(sent.getlist("cell"))
    known = {name(kind, service): (kind, service.id) for service in services for kind in Kind}
    if not ticked <= known.keys():
        raise BadInput(_l("计划里有不认识的事项或网点类型，请刷新页面再填。"), field="cell")
    return Asked(
        wanted={cell: text in ticked for text, cell in known.items()},
        on=forms.moment(sent),
        seen=sent.get("seen", ""),
    )


def name(kind: Kind, service: Service) -> str:
    """What the box of a cell sends."""
    return f"{kind}/{service.code}"
