"""How long the rows of a file are kept."""

from __future__ import annotations

from core.imports.actions import forget_old as forget
from core.sites import arrivals
from network.imports.queries import FILES


def forget_old() -> None:
    """Let go of what was left half-way, and of the rows of files that were sent long ago."""
    arrivals.sweep_old()
    forget(FILES)
