"""Standards for programs: versions, and criteria with where each of them comes from."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from core import api
from core.access import public
from core.catalogue.rules import Document
from core.clock import today
from standards import queries
from standards.queries import Published
from standards.rules import Check, Criterion, Version

blueprint = Blueprint("standards_api", __name__, url_prefix="/api/v1/standards")


@blueprint.get("")
@public
def index() -> Response:
    """Every standard with the version of today; before its first is in force, the first."""
    codes = dict.fromkeys(one.code for one in queries.published())
    return api.listing([queries.shown(code) for code in codes], _brief)


@blueprint.get("/<code>")
@public
def standard(code: str) -> Response:
    """All versions of a standard, the newest first, each with its criteria and their sources."""
    known = queries.versions(code)
    shown = queries.shown(code)
    told = _brief(shown) | {"versions": [_whole(one) for one in reversed(known)]}
    return api.data(told)


def _brief(one: Published) -> dict[str, Any]:
    version = one.version
    return {
        "code": one.code,
        "name": version.name,
        "name_en": version.name_en,
        "about": version.about,
        "about_en": version.about_en,
        "kinds": list(version.kinds),
        "criteria": len(version.criteria),
    } | _dates(one)


def _dates(one: Published) -> dict[str, Any]:
    """``until`` is the day from which the next version is in force, or none; null: for good."""
    return {
        "version": one.number,
        "in_force": one.in_force.isoformat(),
        "until": None if one.until is None else one.until.isoformat(),
        "holds": one.holds(today()),
        "sha256": one.digest,
    }


def _whole(one: Published) -> dict[str, Any]:
    version = one.version
    return _dates(one) | {
        "name": version.name,
        "name_en": version.name_en,
        "kinds": list(version.kinds),
        "total": version.total,
        "meets": version.meets,
        "months": version.months,
        "bands": [band.model_dump(mode="json", by_alias=True) for band in version.bands],
        "chapters": [chapter.model_dump(mode="json") for chapter in version.chapters],
        "criteria": [_criterion(version, criterion) for criterion in version.criteria],
    }


def _criterion(version: Version, one: Criterion) -> dict[str, Any]:
    guidance = None if one.guidance is None else one.guidance.model_dump(mode="json")
    documents = [_document(version.documents[name]) for name in one.source.of]
    return {
        "code": one.code,
        "chapter": one.chapter,
        "text": one.text,
        "text_en": one.text_en,
        "weight": one.weight,
        "veto": one.veto,
        "method": one.method,
        "check": _check(one.check),
        "kinds": list(one.kinds or version.kinds),
        "applies_if": _check(one.applies_if),
        "months": one.months or version.months,
        "guidance": guidance,
        "source": {
            "kind": one.source.kind,
            "documents": documents,
            "note": one.source.note,
            "note_en": one.source.note_en,
        },
    }


def _check(check: Check | None) -> dict[str, Any] | None:
    return None if check is None else check.model_dump(mode="json", exclude_none=True)


def _document(document: Document) -> dict[str, Any]:
    return document.model_dump(mode="json")
