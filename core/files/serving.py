"""Giving a file out: only the route of what it belongs to does, after its own guard."""

from __future__ import annotations

import logging
from typing import Final

from flask import Response, send_file
from flask_babel import lazy_gettext as _l

from core import downloads
from core.errors import NotFound
from core.files import store
from core.files.models import File
from core.files.rules import STILL_MADE

log = logging.getLogger(__name__)

#: How long a browser may show what it has without asking, in seconds: what was seen was seen.
KEPT_FOR: Final = 3600


def answer(file: File, *, small: bool = False, download: bool = False) -> Response:
    """The answer that holds the content; *small*: of the small picture. Raises NotFound.

    *download* has it saved under the name it came with; else it is shown, with nothing in it run.
    """
    if file.sha256 is None:
        raise NotFound(STILL_MADE)
    sha256 = file.small_sha256 if small else file.sha256
    if sha256 is None:
        raise NotFound(_l("没有这个文件。"))
    path = store.path(sha256)
    if not path.is_file():
        log.error("the content %s of file %s is missing", sha256, file.uuid)
        raise NotFound(_l("没有这个文件。"))
    response = send_file(
        path,
        mimetype=file.media_type,
        conditional=True,
        etag=sha256,
        last_modified=None,
        max_age=KEPT_FOR,
    )
    if download:
        downloads.named(response, file.name or file.uuid)
    else:  # what is shown has no name to be saved under
        response.headers.pop("Content-Disposition", None)
    response.cache_control.public = False
    response.cache_control.private = True
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
