"""No waiting for passwords."""

from tests.core.accounts.conftest import _cheap

__all__ = ["_cheap"]
