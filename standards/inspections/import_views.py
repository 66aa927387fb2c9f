"""A record that a telephone could not send, brought as a file by an administrator."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, request
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as AnyResponse

from core.access import current_actor, requires, takes
from core.accounts.views import WRONG
from core.db import writing
from core.errors import BadInput, OneKmError
from core.files.actions import take_picture
from core.files.rules import kept_name
from standards.inspections import access, closing, exported, filing, photos
from standards.inspections.access import REVIEW
from standards.inspections.filing import For
from standards.inspections.receipts import Filed, receipt
from standards.inspections.rules import MOST_EXPORTED
from standards.inspections.views import answer

blueprint = Blueprint("inspection_import", __name__, url_prefix="/inspections")

MOST_WORDS: Final = 200


@blueprint.route("/import", methods=["GET", "POST"])
@requires(REVIEW)
@takes(MOST_EXPORTED)
def upload() -> AnyResponse:
    """Bring files that telephones have exported; what is wrong with one does not hold up others."""
    words = " ".join(request.form.get("words", "").split())
    done: list[Filed] = []
    refused: list[tuple[str, OneKmError]] = []
    if request.method == "POST":
        files = [file for file in request.files.getlist("files") if file.filename]
        for file in files:
            try:
                done.append(_take_in(file, words))
            except OneKmError as fault:
                refused.append((kept_name(file.filename), fault))
        if not files:
            refused.append(("", BadInput(_l("请选择文件。"), field="files")))
    status = WRONG if refused and not done else 200
    return answer("import", status, done=done, refused=refused, words=words)


def _take_in(file: FileStorage, words: str) -> Filed:
    if not words or len(words) > MOST_WORDS or not words.isprintable():
        raise BadInput(_l("请写明代为导入的原因。"), field="words")
    actor = current_actor()
    brought = exported.read(file.stream.read(MOST_EXPORTED + 1))
    made = [take_picture(data) for data in brought.photos.values()]
    ready = closing.ready(brought.record)
    account_id, name = access.account_named(brought.owner)
    with writing():
        on_behalf = For(account_id, name, words)
        filed = filing.file(actor, brought.uuid, brought.record, ready, on_behalf=on_behalf)
    for put in made:
        with writing():
            photos.take(actor, brought.uuid, put, ready)
    return receipt(brought.uuid, filed.outcome, brought.record.digest)
