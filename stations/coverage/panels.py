"""What staff see of coverage on the page of a site, and of a region."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup

from core.access import Permission, current_actor
from core.clock import today
from core.regions.queries import tree
from core.regions.rules import Level
from core.regions.tree import Node
from core.sites.network import Place
from core.web import fragment
from stations.coverage import listing
from stations.coverage.rules import Question
from stations.coverage.scene import Scene, scene
from stations.coverage.tables import SiteLine


@dataclass(frozen=True, slots=True)
class Reached:
    """A site with whom it reaches in its county today, if it counts; ``whole`` where the county
    is within reach."""

    scene: Scene
    county: Node
    line: SiteLine | None
    whole: bool


def _reached(place: Place) -> Reached | None:
    """None for those who do not read the register there."""
    actor, living = current_actor(), tree(today())
    reach = actor.reach(Permission.REGISTER_READ)
    if not reach or not reach.site(living, place.id, place.region.id):
        return None
    path = living.path(place.region.id)
    county = path[min(Level.COUNTY.depth, len(path) - 1)]
    found = scene(Question(county, today()))
    line = next((one for one in listing.sites(found) if one.place.id == place.id), None)
    return Reached(found, county, line, reach.region(living, county.id))


def site(place: Place) -> Markup | None:
    """Whom the site reaches today, and whom no other one does; None for the public."""
    told = _reached(place)
    if told is None:
        return None
    return fragment(
        "stations/coverage/site_panel.html",
        place=place,
        scene=told.scene,
        line=told.line,
        county=told.county,
        whole=told.whole,
        friday=_friday(today()).isoformat(),
    )


def strip(place: Place) -> Markup | None:
    """The two numbers above the page, where staff look first, with the way to the question what
    if; None for the public, and where there is no number."""
    told = _reached(place)
    if told is None or told.line is None:
        return None
    return fragment(
        "stations/coverage/site_strip.html",
        place=place,
        scene=told.scene,
        line=told.line,
        county=told.county,
    )


def _friday(on: date) -> date:
    """The next one, or the day itself."""
    return on + timedelta((4 - on.weekday()) % 7)


def region(node: Node) -> Markup | None:
    """Both shares of today, and the way to the page; None for the public."""
    reach, living = current_actor().reach(Permission.REGISTER_READ), tree(today())
    if not reach or not reach.region(living, node.id):
        return None
    return fragment(
        "stations/coverage/region_panel.html", node=node, scene=scene(Question(node, today()))
    )
