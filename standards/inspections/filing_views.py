"""What a telephone talks to: records and photos, again and again until they are confirmed."""

from __future__ import annotations

import gzip
import hashlib
import json
from typing import Final

from flask import Blueprint, Response, current_app, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import generate_csrf

from core import api, faults
from core.access import current_actor, public, requires, takes
from core.accounts.guard import account
from core.db import writing
from core.files.actions import take_picture
from core.files.rules import MOST_PHOTO
from standards.inspections import closing, filing, forms, packing, photos
from standards.inspections.access import REVIEW, WRITE
from standards.inspections.receipts import Filed, Outcome, photo_receipt
from standards.inspections.rules import MOST_RECORD, Unusable

blueprint = Blueprint("inspection_filing", __name__, url_prefix="/inspections")

STATUS: Final = {Outcome.NEW: 201, Outcome.AGAIN: 200, Outcome.OTHER: 409}
#: The header by which a device tells what its clock shows.
DEVICE_TIME: Final = "X-Device-Time"


# A telephone reads no pages: whatever goes wrong, also with what the framework refuses by itself.
blueprint.register_error_handler(Exception, faults.in_json)


@blueprint.put("/<code>")
@requires(WRITE)
@takes(MOST_RECORD)
def file(code: str) -> ResponseReturnValue:
    """Take in a record: 201 the first time, 200 the same again, 409 another one, which is kept."""
    actor = current_actor()
    filing.require(actor, code)
    record = forms.record(request.get_data())
    ready = closing.ready(record)
    device_at = forms.device_time(request.headers.get(DEVICE_TIME))
    with writing():
        filed = filing.file(actor, code, record, ready, device_at)
    return answer(filed)


@blueprint.put("/<code>/photos/<sha256>")
@requires(WRITE, REVIEW)
@takes(MOST_PHOTO + 1)
def take(code: str, sha256: str) -> ResponseReturnValue:
    """Take in a photo that a record names by the hash of what is sent."""
    actor = current_actor()
    known = photos.awaited(actor, code, sha256)
    if known.here:
        return answer(photo_receipt(code))
    data = request.get_data()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise Unusable(_l("照片在传输中损坏，请重新发送。"), field="sha256")
    put, ready = take_picture(data), closing.ready_for(code) if known.last else None
    with writing():
        filed = photos.take(actor, code, put, ready)
    return answer(filed)


def answer(filed: Filed) -> ResponseReturnValue:
    """What is said of a record; ``missing`` are the hashes of the photos that are to be sent."""
    told = api.data(
        {
            "uuid": filed.uuid,
            "outcome": filed.outcome,
            "state": filed.state,
            "digest": filed.digest,
            "missing": filed.missing,
            "flags": [{"code": flag, "words": str(flag.label)} for flag in filed.flags],
        }
    )
    return told, STATUS[filed.outcome], {"Cache-Control": "no-store"}


@blueprint.get("/outbox")
@requires(WRITE)
def outbox() -> Response:
    """Who is signed in, and the token that what is sent has to bear."""
    who = account()
    answer = api.data({"who": who.username, "name": who.name, "csrf": generate_csrf()})
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/pack")
@requires(WRITE)
def pack() -> Response:
    """The pages of today's visits, all at once, for a place without a network."""
    content = json.dumps({"data": packing.pack(current_actor())}, ensure_ascii=False).encode()
    headers = {"Cache-Control": "no-store", "Vary": "Accept-Encoding"}
    if request.accept_encodings.quality("gzip") > 0:
        content = gzip.compress(content, 6)
        headers["Content-Encoding"] = "gzip"
    return Response(content, mimetype="application/json", headers=headers)


@blueprint.get("/worker.js")
@public
def worker() -> Response:
    """The service worker; it stands here, since it may serve only what lies below it."""
    answer = current_app.send_static_file("inspections-worker.js")
    answer.cache_control.no_cache = True
    answer.cache_control.max_age = None
    return answer
