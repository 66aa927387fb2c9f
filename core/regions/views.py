"""What the regions show of themselves on their page."""

from __future__ import annotations

from typing import Final

from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from core.clock import today
from core.regions import census
from core.regions.tree import Node
from core.web import Panel, fragment


def counted(node: Node) -> Markup | None:
    """How many people each census counted in the region."""
    figures = census.figures(node.id, today())
    if not figures:
        return None
    return fragment("regions/census.html", figures=figures)


CENSUS: Final = Panel("region", _l("普查人口"), counted, 150)
