"""A page of ours as a PDF: the same template, the same print rules, A4.

Only our own static files and the pictures handed over are used; nothing is asked of any other
address, not even our own, so a page cannot make the server fetch anything.
"""

from __future__ import annotations

import logging
import mimetypes
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from flask import Response, current_app
from flask_babel import lazy_gettext as _l

from core import downloads
from core.errors import Busy

log = logging.getLogger(__name__)

#: What the addresses of a page stand under while it is printed; nobody is asked there.
_BASE: Final = "https://page.invalid"
#: Sizes and kinds of picture that may be handed over, by how their content begins.
_KINDS: Final = ((b"RIFF", "image/webp"), (b"\x89PNG", "image/png"), (b"\xff\xd8", "image/jpeg"))


def pdf(page: str, pictures: Mapping[str, bytes] | None = None) -> bytes:
    """The PDF of a rendered *page*; *pictures* are contents by the addresses the page names.

    What the page names besides is left out. Raises Busy where the printing library is not there.
    """
    try:
        html = import_module("weasyprint").HTML
        kept = _kept(dict(pictures or {}))
    except (ImportError, OSError) as error:  # its own libraries (pango) may be missing
        log.exception("printing needs weasyprint with pango")
        raise Busy(_l("这台服务器还不能生成 PDF，请用浏览器打印。")) from error
    written: bytes = html(string=page, base_url=f"{_BASE}/", url_fetcher=kept).write_pdf()
    return written


def answer(page: str, name: str, pictures: Mapping[str, bytes] | None = None) -> Response:
    """The PDF as a file called *name*, not to be kept on the way."""
    response = Response(pdf(page, pictures), content_type="application/pdf")
    response.headers["Cache-Control"] = "no-store"
    return downloads.named(response, f"{name}.pdf", "inline")


def _kept(pictures: Mapping[str, bytes]) -> Any:
    """What gives the library our own files and the pictures, and refuses everything else."""
    urls = import_module("weasyprint.urls")
    folder = Path(current_app.static_folder or "").resolve()
    under = f"{current_app.static_url_path}/"

    class Kept(urls.URLFetcher):  # type: ignore[misc, name-defined]  # loaded when first needed
        def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> Any:
            if url.startswith("data:"):
                return super().fetch(url, headers)
            content, kind = _content(url, folder, under, pictures)
            return urls.URLFetcherResponse(url, content, {"Content-Type": kind})

    return Kept(allowed_protocols=["data"], allow_redirects=False)


def _content(
    url: str, folder: Path, under: str, pictures: Mapping[str, bytes]
) -> tuple[bytes, str]:
    """The content at an address, and its kind. Raises ValueError for what is not ours."""
    address = url.removeprefix(_BASE)
    if address == url:
        raise ValueError(f"not of this page: {url}")
    picture = pictures.get(address) or pictures.get(unquote(address))
    if picture is not None:
        kind = next((kind for head, kind in _KINDS if picture.startswith(head)), "")
        return picture, kind or "application/octet-stream"
    path = unquote(urlsplit(address).path)
    file = (folder / path.removeprefix(under)).resolve()
    if not path.startswith(under) or not file.is_relative_to(folder) or not file.is_file():
        raise ValueError(f"not a file of ours: {url}")
    return file.read_bytes(), mimetypes.guess_type(file.name)[0] or "application/octet-stream"
