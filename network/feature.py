"""What the network brings to the house."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from core.access import Permission
from core.web import Feature, MenuItem
from network import api, cli, maps, views
from network.demo import cli as demo
from network.listing import views as listing
from network.plan import views as plan

FEATURE = Feature(
    name="network",
    blueprints=(
        *(views.blueprint, maps.blueprint, api.blueprint),
        *(listing.blueprint, plan.blueprint),
    ),
    commands=(demo.demo, cli.sites),
    menu=(MenuItem("register.index", _l("网点登记"), (Permission.REGISTER_READ,), 100),),
)
