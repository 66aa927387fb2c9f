"""What standards bring to the house."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from core.access import Permission
from core.web import Feature, MenuItem
from standards import api, cli, seeding, verdict_views, views
from standards.drafting import views as drafting
from standards.ending import views as ending
from standards.figures import members
from standards.models import Observation, StandardDraft

#: Known to the migrations, and to whoever asks for figures by their codes.
TABLES = (Observation, StandardDraft)
FIGURES = (members,)

FEATURE = Feature(
    name="standards",
    blueprints=(
        *(views.blueprint, verdict_views.blueprint, api.blueprint),
        *(drafting.blueprint, ending.blueprint),
    ),
    commands=(cli.commands,),
    panels=verdict_views.PANELS,
    menu=(MenuItem("standards.index", _l("标准"), (Permission.REGISTER_READ,), 250),),
    demo=seeding.demonstrate,
)
