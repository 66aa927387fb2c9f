"""What coverage brings to the house: its parts come together here."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from core.web import Feature, Periodic
from stations.coverage.runs import jobs as runs
from stations.coverage.runs import views as run_views

DAY: Final = timedelta(days=1)

FEATURE: Final = Feature(
    name="coverage",
    blueprints=(run_views.blueprint,),
    periodic=(
        Periodic("coverage.monthly", DAY, runs.monthly, timedelta(hours=4)),
        Periodic("coverage.corrected", DAY, runs.look_again, timedelta(hours=5)),
    ),
)
