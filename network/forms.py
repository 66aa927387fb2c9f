"""What the pages and the interface are asked in their addresses, read strictly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from core.catalogue.queries import catalogue
from core.catalogue.rules import Service
from core.clock import today
from core.errors import BadInput
from core.regions.tree import Node
from core.sites.forms import day, kind
from core.sites.rules import Kind
from network.rules import Choice


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the sites of a region down, and on which day; None for today, and for any."""

    kind: Kind | None = None
    service: Service | None = None
    on: date | None = None

    @property
    def day(self) -> date:
        return self.on or today()

    def choice(self, region: Node) -> Choice:
        """The active sites in *region* that pass."""
        return Choice(
            region=region,
            kind=self.kind,
            service_id=None if self.service is None else self.service.id,
        )

    def query(self) -> dict[str, Any]:
        """The same as arguments of an address."""
        return {
            "kind": self.kind,
            "service": None if self.service is None else self.service.code,
            "on": None if self.on is None else self.on.isoformat(),
        }


def filters(args: Mapping[str, str]) -> Filters:
    """``kind``, ``service`` and ``on``. Raises BadInput; NotFound for an unknown service."""
    on = day(args.get("on", ""), "on")
    code = args.get("service", "")
    return Filters(
        kind=kind(args.get("kind", "")),
        service=catalogue(on or today()).find(code, "service") if code else None,
        on=on,
    )


#: How a form says that what holds today was wrong all along.
CORRECTION = "correction"


def moment(sent: Mapping[str, str]) -> date | None:
    """The day from which a change holds, None for a correction. Raises BadInput."""
    timing = sent.get("timing", "")
    if timing == CORRECTION:
        return None
    if timing != "from":
        raise BadInput(_l("请选择是变更还是更正。"), field="timing")
    on = day(sent.get("on", ""), "on")
    if on is None:
        raise BadInput(_l("请填写从哪一天起。"), field="on")
    return on
