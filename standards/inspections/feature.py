"""What visits bring to the house."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import lazy_gettext as _l

from core.web import Feature, Panel, Periodic
from standards.inspections import (
    cli,
    counting,
    demo,
    filing_views,
    import_views,
    panel,
    result_views,
    views,
    words,
)
from standards.inspections.planning import views as planning

words.init(views.blueprint)

FEATURE = Feature(
    name="inspections",
    blueprints=(
        *(views.blueprint, filing_views.blueprint, result_views.blueprint),
        *(import_views.blueprint, planning.blueprint),
    ),
    commands=(cli.inspections,),
    panels=(Panel("site", _l("检查"), panel.of_site, 650),),
    menu=views.MENU,
    periodic=(
        Periodic("inspections.forget", timedelta(days=1), counting.forget_old, timedelta(hours=3)),
    ),
    demo=demo.demonstrate,
)
