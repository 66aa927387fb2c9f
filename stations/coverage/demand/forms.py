"""What the pages of settlements are asked for in their addresses."""

from __future__ import annotations

from flask import request
from flask_babel import lazy_gettext as _l

from core.errors import BadInput
from stations.coverage.demand.rules import Verdict
from stations.coverage.sets import ORDERS


def asked_verdict() -> Verdict | None:
    """The verdict by which the rows are filtered. Raises BadInput."""
    text = request.args.get("verdict", "")
    try:
        return Verdict(text) if text else None
    except ValueError:
        raise BadInput(_l("没有这种结果。"), field="verdict") from None


def asked_text() -> str:
    text = request.args.get("q", "").strip()
    if len(text) > 100:
        raise BadInput(_l("搜索内容太长，最多 %(most)s 个字。", most=100), field="q")
    return text


def asked_order() -> str:
    """By what settlements are put in order. Raises BadInput."""
    order = request.args.get("sort", "people")
    if order not in ORDERS:
        raise BadInput(_l("没有这种排序。"), field="sort")
    return order
