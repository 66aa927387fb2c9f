"""What the pages of settlements are asked for in their addresses."""

from __future__ import annotations

from flask import request
from flask_babel import lazy_gettext as _l

from core.errors import BadInput
from stations.coverage.sets import ORDERS


def asked_order() -> str:
    """By what settlements are put in order. Raises BadInput."""
    order = request.args.get("sort", "people")
    if order not in ORDERS:
        raise BadInput(_l("没有这种排序。"), field="sort")
    return order
