"""A world of regions."""

from tests.core.accounts.conftest import world

__all__ = ["world"]
