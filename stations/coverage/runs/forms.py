"""What the pages of runs are asked in their addresses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from core.access import Reach
from core.catalogue.rules import Service
from core.clock import today
from core.regions.tree import Node
from stations.coverage import asked
from stations.coverage.runs.queries import Wanted

#: Stands for the runs that are of no one service.
ALL: Final = "all"


@dataclass(frozen=True, slots=True)
class Asked:
    """Runs of which region; of one service, of none (``only_all``), or of any."""

    region: Node
    service: Service | None
    only_all: bool

    @property
    def wanted(self) -> Wanted:
        return Wanted(self.region, self.service.id if self.service else None, self.only_all)

    @property
    def query(self) -> dict[str, str | None]:
        """The same as arguments of an address."""
        service = ALL if self.only_all else None
        return {
            "region": self.region.code,
            "service": self.service.code if self.service else service,
        }


def read(args: Mapping[str, str], reach: Reach) -> Asked:
    """``region``, the highest within reach if not said, and ``service``. Raises BadInput, and
    NotFound for a region out of reach."""
    service, on = args.get("service", ""), today()
    return Asked(
        region=asked.region(args.get("region", ""), on, reach),
        service=None if service == ALL else asked.service(service, on),
        only_all=service == ALL,
    )
