"""A village with a site in it, of which nothing is recorded yet."""

from tests.core.sites.conftest import site, village

__all__ = ["site", "village"]
