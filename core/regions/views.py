"""What the regions show of themselves on their page."""

from __future__ import annotations

from typing import Final

from flask import render_template
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from core.clock import today
from core.regions import census
from core.regions.tree import Node
from core.web import Panel


def counted(node: Node) -> Markup | None:
    """How many people each census counted in the region."""
    figures = census.figures(node.id, today())
    if not figures:
        return None
    told = render_template("regions/census.html", figures=figures)
    return Markup(told)  # noqa: S704 -- a template has escaped it


CENSUS: Final = Panel("region", _l("普查人口"), counted, 150)
