"""What coverage brings to the house: its parts come together here."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from flask_babel import lazy_gettext as _l

from core.access import Permission
from core.imports.actions import forget_old
from core.web import Feature, MenuItem, Panel, Periodic
from stations.coverage import api, cli, map_views, panels, views
from stations.coverage.demand import cli as demand_cli
from stations.coverage.demand import demo, queries
from stations.coverage.demand import views as demand
from stations.coverage.grids import cli as grids_cli
from stations.coverage.grids import jobs as grids_jobs
from stations.coverage.grids import views as grids
from stations.coverage.roads import cli as roads_cli
from stations.coverage.roads import views as roads
from stations.coverage.runs import demo as runs_demo
from stations.coverage.runs import jobs as runs
from stations.coverage.runs import views as run_views
from stations.coverage.siting import cli as siting_cli
from stations.coverage.siting import file_views as siting_files
from stations.coverage.siting import jobs as siting
from stations.coverage.siting import map_views as siting_map
from stations.coverage.siting import views as siting_views
from stations.coverage.whatif import api as whatif_api
from stations.coverage.whatif import cli as whatif_cli
from stations.coverage.whatif import views as whatif_views

DAY: Final = timedelta(days=1)

#: What the rooms add to the commands of coverage.
ADDED: Final = (
    *(whatif_cli.what_if, demand_cli.load, siting_cli.siting),
    *(grids_cli.load, grids_cli.grid, roads_cli.group),
)


def _demonstrate(city: str, on: date) -> None:
    """Who lives where, then what coverage was."""
    demo.demonstrate(city, on)
    runs_demo.demonstrate(city, on)


def _forget_old() -> None:
    """Let go of the rows of files of settlements that were sent long ago."""
    forget_old(queries.FILES)


FEATURE: Final = Feature(
    name="coverage",
    blueprints=(
        *(views.blueprint, map_views.blueprint, whatif_views.blueprint),
        *(demand.blueprint, grids.blueprint, roads.blueprint),
        *(api.blueprint, whatif_api.blueprint, run_views.blueprint),
        *(siting_views.blueprint, siting_map.blueprint, siting_files.blueprint),
    ),
    commands=(cli.commands,),
    panels=(
        Panel("site", _l("一公里覆盖"), panels.site, 150),
        Panel("site.staff", _l("一公里覆盖"), panels.strip, 150),
        Panel("region", _l("一公里覆盖"), panels.region, 150),
    ),
    menu=(MenuItem("coverage.index", _l("一公里覆盖"), (Permission.REGISTER_READ,), 250),),
    periodic=(
        Periodic("coverage.monthly", DAY, runs.monthly, timedelta(hours=4)),
        Periodic("coverage.corrected", DAY, runs.look_again, timedelta(hours=5)),
        Periodic("population_grid.forget", DAY, grids_jobs.forget_old, timedelta(hours=3)),
        Periodic("population.forget", DAY, _forget_old, timedelta(hours=3)),
        Periodic("siting.forget", DAY, siting.forget_drafts, timedelta(hours=3)),
    ),
    demo=_demonstrate,
)
