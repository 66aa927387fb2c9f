"""What the network brings to the house."""

from __future__ import annotations

from core.web import Feature
from network import api, maps, views
from network.demo import cli as demo
from network.plan import views as plan

FEATURE = Feature(
    name="network",
    blueprints=(views.blueprint, maps.blueprint, api.blueprint, plan.blueprint),
    commands=(demo.demo,),
)
