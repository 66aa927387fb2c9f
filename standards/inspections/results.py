"""What the page of a visit's result and its printed report show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import segno
from flask import url_for

from core.access import Actor
from core.clock import today
from core.files import store
from core.web import public_address
from standards.inspections import access, judging, listing, people, queries
from standards.inspections.access import COMMENT, READ, REVIEW
from standards.inspections.beside import beside
from standards.inspections.outcome import outcome
from standards.inspections.queries import Line, Shot
from standards.inspections.rules import (
    ANSWER_LABELS,
    MOST_SIGNER,
    MOST_WORDS,
    WHOLE,
    Origin,
    PhotoKind,
    Side,
    State,
)
from standards.rules import Criterion, Result


def page(actor: Actor, one: Line, **more: Any) -> dict[str, Any]:
    """A visit that is filed, with all that *actor* may do with it."""
    row = one.row
    whole = row.state in WHOLE
    reviews = access.within(actor, REVIEW, row.site_id)
    return {
        **told(one),
        "comments": queries.comments(row.id),
        "copies": beside(row) if reviews or access.took_part(actor, row) else (),
        "may": {
            "review": row.state == State.COMPLETE and access.may_review(actor, row),
            "give_up": row.state == State.FILED and access.may_review(actor, row),
            "settle": access.may_review(actor, row),
            "inspector": whole and access.took_part(actor, row),
            "site": whole and access.within(actor, COMMENT, row.site_id),
            "comment": whole and access.within(actor, COMMENT, row.site_id),
            "follow_up": whole and reviews,
            "assign": row.state == State.PLANNED and reviews,
            "cancel": row.state == State.PLANNED
            and (reviews or (access.is_sent(actor, row) and row.origin == Origin.OWN)),
        },
        "inspectors": _inspectors(one) if reviews else [],
        "others": _others(actor, one),
        "today": today(),
        "most_words": MOST_WORDS,
        "most_signer": MOST_SIGNER,
        **more,
    }


def _others(actor: Actor, one: Line) -> list[Line]:
    """The other visits of the site; none for who was sent there from elsewhere, for this one."""
    if not access.within(actor, READ, one.row.site_id):
        return []
    return [each for each in listing.of_site(one.row.site_id, 6) if each.row.id != one.row.id]


def _inspectors(one: Line) -> list[people.Inspector]:
    """Who may be sent there: nobody who works at the site."""
    return [each for each in people.inspectors() if one.code not in each.stations]


def told(one: Line) -> dict[str, Any]:
    """What was found on a visit, for page and print."""
    row = one.row
    shots = queries.photos(row.id)
    evidence = [shot for shot in shots if shot.row.kind == PhotoKind.EVIDENCE]
    return {
        "one": one,
        "row": row,
        "state": State(row.state),
        "origin": Origin(row.origin),
        "whole": row.state in WHOLE,
        "outcome": outcome(one) if row.state in WHOLE else None,
        "photos": shots,
        "by_key": _by_key(evidence),
        "general": [shot for shot in evidence if not shot.row.key],
        "criteria": _criteria(row.id),
        "numbers": {shot.row.id: number for number, shot in enumerate(shots, 1)},
        "missing": [shot for shot in shots if shot.is_to_come],
        "in_making": [shot for shot in shots if shot.is_being_made],
        "before": queries.photos_before(shots),
        "unreadable": [shot for shot in shots if shot.failed_at is not None],
        "signatures": queries.signatures(row.id),
        "sides": Side,
        "labels": ANSWER_LABELS,
        "results": Result,
        "code": code(row.uuid),
        "address": address(row.uuid),
        "made": row.made,
    }


def _criteria(inspection_id: int) -> Mapping[str, Criterion]:
    """What the visit asked, by standard and criterion, as its answers and photos name it."""
    pinned = judging.pinned(queries.versions(inspection_id))
    return {
        f"{code}/{each.code}": each
        for code, published in pinned.items()
        for each in published.version.criteria
    }


def _by_key(shots: list[Shot]) -> Mapping[str, list[Shot]]:
    found: dict[str, list[Shot]] = {}
    for shot in shots:
        found.setdefault(shot.row.key, []).append(shot)
    return found


def address(uuid: str) -> str:
    """The whole address of the visit's page, for what is printed."""
    return public_address(url_for("inspections.show", code=uuid))


def code(uuid: str) -> str:
    """The same as a QR code, in a data address; of level M, which still reads when scratched."""
    return segno.make(address(uuid), error="m", micro=False).svg_data_uri(
        border=2, omitsize=True, svgclass=None, lineclass=None
    )


def pictures(one: Line) -> dict[str, bytes]:
    """The small pictures of the visit by the addresses under which its report names them."""
    found = {}
    for shot in queries.photos(one.row.id):
        if shot.kept is not None:
            file = queries.photo_file(one.row.id, shot.row.sha256)
            path = store.path(file.small_sha256 or shot.kept)
            if path.is_file():
                name = url_for(
                    "inspection_results.small", code=one.row.uuid, sha256=shot.row.sha256
                )
                found[name] = path.read_bytes()
    return found
