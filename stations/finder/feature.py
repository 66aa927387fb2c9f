"""What the finder brings to the house."""

from __future__ import annotations

from core.web import Feature
from stations.finder import api, views

FEATURE = Feature(name="finder", blueprints=(views.blueprint, api.blueprint))
