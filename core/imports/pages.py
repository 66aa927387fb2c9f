"""What the views of every import do; a room's own views guard, and bring what is its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, BinaryIO, Final, cast

from flask import Response, make_response, redirect, render_template, request, send_file
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as AnyResponse

from core import downloads
from core.access import Actor, current_actor
from core.api import asked_page
from core.errors import OneKmError
from core.files import store
from core.files.store import Content
from core.forms import one_of
from core.imports import actions, queries, report
from core.imports.actions import Sent
from core.imports.jobs import F, Works
from core.imports.models import Import
from core.imports.queries import File
from core.imports.rules import Asked, State
from core.pages import pages_of
from core.search import sought
from core.sendings.pages import writing_once
from core.sheets import workbooks
from core.sheets.columns import Column
from core.sheets.container import MOST_BYTES, XLSX_TYPE, check

#: How much the form takes beside the file, and both together.
FORM: Final = 64 * 1024
MOST_SENT: Final = MOST_BYTES + FORM


def new(form: Any, template: str, send: Callable[[], str], most: int = MOST_BYTES) -> AnyResponse:
    """The form in which a file is sent; once it is filled in, *send* says where to go on.

    *most* is how many bytes the file may have.
    """
    status = 400 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            return redirect(send(), 303)
        except OneKmError as fault:
            field = getattr(form, fault.field or "file", form.file)
            field.errors, status = [*field.errors, str(fault)], fault.status
    shown = render_template(template, form=form, most=most // 1024 // 1024)
    return make_response(shown, status)


def put(form: Any, most: int = MOST_BYTES) -> tuple[Content, str]:
    """Put the file of the form into the store, and what it is called. Raises TooLarge."""
    upload = cast(FileStorage, form.file.data)
    return store.put(cast(BinaryIO, upload.stream), most), upload.filename or ""


def send(form: Any, works: Works[Any], begin: Callable[[Actor, Sent[Any]], str]) -> str:
    """Let a worker read and try the file; gives the address of the job."""
    actor, (content, name) = current_actor(), put(form)
    container = check(store.path(content.sha256), name)
    with writing_once() as sent:
        uuid = begin(actor, Sent(content, name, container, form.terms))
        sent.to = works.start_reading(actor, uuid, read=True)
    return sent.to


def template(title: str, columns: Sequence[Column[Any]], hint: Any, name: str) -> Response:
    """The workbook to fill in."""
    file = BytesIO()
    workbooks.template(file, title, columns, hint)
    return _workbook(file, name)


def _workbook(file: IO[bytes], name: str) -> Response:
    file.seek(0)
    answer = downloads.named(send_file(file, XLSX_TYPE), f"{name}.xlsx")
    # What a county sent and was told stays in no browser and in no cache on the way.
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _asked(verdicts: type[StrEnum]) -> Asked:
    args = request.args
    warned = args.get("warned") == "1"
    return Asked(one_of(verdicts, args, "verdict"), warned, sought(args), asked_page().number)


def run(name: str, files: Import[Any, Any], file: File, **more: Any) -> Response:
    """The page of a file that was tried, with the rows that are asked for."""
    asked = _asked(files.verdicts)
    rows, total = queries.rows(files, file, asked)
    verdicts = [each for each in files.verdicts if file.counts.get(each)]
    shown = {"rows": rows, "total": total, "pages": pages_of(total), "verdicts": verdicts}
    return make_response(render_template(name, file=file, asked=asked, **shown, **more))


def retry(works: Works[F], uuid: str) -> AnyResponse:
    """Try the file again: what it is compared with has moved."""
    actor = current_actor()
    with writing_once() as sent:
        file = works.steps.find(actor, uuid)
        actions.reopen(works.files, file.id)
        read = file.state is State.FAILED or not file.layouts
        sent.to = works.start_reading(actor, uuid, read=read)
    return sent.onward()


def apply(works: Works[F], uuid: str) -> AnyResponse:
    """Apply what was shown: the form carries its digest."""
    actor, digest = current_actor(), request.form.get("digest", "")
    with writing_once() as sent:
        works.steps.check(works.steps.find(actor, uuid), digest)
        sent.to = works.start_applying(actor, uuid, digest)
    return sent.onward()


def annotated(files: Import[Any, Any], file: File, title: str) -> Response:
    """The file as it was sent, with what is wrong beside it, to send back."""
    kept = TemporaryFile()  # noqa: SIM115 - the response closes it
    report.write(kept, files, file, title)
    return _workbook(kept, f"{Path(file.file_name).stem} {_('问题')}")
