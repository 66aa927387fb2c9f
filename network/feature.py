"""What the network brings to the house."""

from __future__ import annotations

from core.web import Feature
from network import api, maps, views
from network.demo import cli as demo

FEATURE = Feature(
    name="network",
    blueprints=(views.blueprint, maps.blueprint, api.blueprint),
    commands=(demo.demo,),
)
