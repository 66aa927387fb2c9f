"""Cheap hashing, and a world of regions."""

from tests.core.accounts.conftest import _cheap, world

__all__ = ["_cheap", "world"]
