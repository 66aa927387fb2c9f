"""The envelope of every programming interface: ``{"data", "meta"}``, or ``{"error"}``."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

from flask import Response, jsonify, request
from flask_babel import lazy_gettext as _l

from core.errors import BadInput, OneKmError
from core.forms import whole_number
from core.pages import PER_PAGE, Page, page_number

T = TypeVar("T")

MOST_PER_PAGE = 200


def data(content: Any, **meta: Any) -> Response:
    """The answer to a question."""
    return jsonify(data=content, meta=meta)


def data_of(members: Iterable[bytes], **meta: Any) -> Response:
    """The same for a list whose members are JSON already: kept somewhere, put in as they are."""
    told = b'{"data":[%b],"meta":%b}\n' % (b",".join(members), as_json(meta))
    return Response(told, mimetype="application/json")


_encode: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def as_json(content: Mapping[str, Any]) -> bytes:
    """*content* as the JSON that :func:`data_of` puts together."""
    return _encode(content).encode()


def error(fault: OneKmError) -> Response:
    """The answer to a question that cannot be answered."""
    told = {"code": fault.code, "message": str(fault), "field": fault.field}
    return jsonify(error=told)


def asked_page() -> Page:
    """``page`` and ``per_page`` of this request. Raises BadInput out of bounds."""
    size = whole_number(request.args.get("per_page", str(PER_PAGE)), "per_page")
    if not 1 <= size <= MOST_PER_PAGE:
        raise BadInput(_l("每页条数应在 1 到 200 之间。"), field="per_page")
    return Page(page_number(request.args), size)


def listing(rows: Sequence[T], describe: Callable[[T], Any], **meta: Any) -> Response:
    """One page of *rows*, each as *describe* tells it."""
    page = asked_page()
    shown = [describe(row) for row in rows[page.bounds]]
    return data(shown, page=page.number, per_page=page.size, total=len(rows), **meta)
