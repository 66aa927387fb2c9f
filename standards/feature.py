"""What standards bring to the house."""

from __future__ import annotations

from core.web import Feature
from standards import cli
from standards.models import Observation, StandardDraft

#: Known to the migrations.
TABLES = (Observation, StandardDraft)

FEATURE = Feature(name="standards", commands=(cli.commands,))
