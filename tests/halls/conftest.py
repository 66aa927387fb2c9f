"""People of a small network, and its sites, of which nothing is recorded yet."""

from tests.core.sites.conftest import village
from tests.network.conftest import made
from tests.network.editing.conftest import person, staff

__all__ = ["made", "person", "staff", "village"]
