"""A map as one HTML file: scripts, styles and data inside, for a disk or to be sent by mail.

It opens without us and asks nobody for anything, so it has no base map and, for a link would lead
nowhere, no links.  Its own Content-Security-Policy names the hash of each script and style in it;
the data are JSON that no browser runs.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path

from flask import Response, current_app, render_template
from markupsafe import Markup

from core import downloads, map_data, maps
from core.map_data import Layer
from core.maps import Bounds, encode

#: The element in which the data stand.
_DATA = "map-data"
_PICTURE = re.compile(r"url\([^)]*\)")
_SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)


class InsideLayer(maps.Call):
    """The layers of the document that stands in the same file."""

    def __init__(self) -> None:
        super().__init__("cover", {"inside": _DATA, "failed": maps.no_data()})
        self.default_js = maps.links("map_ground", "map_layers", "map_marks", "map_cover")


def whole(
    title: str, bounds: Bounds, layers: Sequence[Layer], *, above: Markup, below: Markup
) -> str:
    """The file: *title*, what stands *above* the map, the map, and *below* it the same as a list.

    The *layers* are in WGS-84: without tiles there is no other datum.
    """
    made = maps.base_map(None, bounds)
    InsideLayer().add_to(made)
    compiled = maps.compile(made)
    scripts = [_inline(_SOURCE_MAP.sub("", _static(name))) for name in compiled.js]
    scripts.append(_inline(compiled.script))
    styles = [_inline(_PICTURE.sub("none", _static(name))) for name in ("onekm.css", *compiled.css)]
    told: str = render_template(
        "maps/file.html",
        title=title,
        policy=_policy(scripts, styles),
        styles=[Markup(text) for text in styles],  # noqa: S704 -- our own files, ended by nothing
        scripts=[Markup(text) for text in scripts],  # noqa: S704 -- likewise
        data=Markup(encode(_alone(layers))),  # noqa: S704 -- JSON that is inert in HTML
        data_id=_DATA,
        div_id=compiled.div_id,
        above=above,
        below=below,
    )
    return told


def answer(content: str, name: str) -> Response:
    """The file to take away, called *name*."""
    response = Response(content, mimetype="text/html")
    response.headers["Cache-Control"] = "no-store"
    return downloads.named(response, f"{name}.html")


def _alone(layers: Sequence[Layer]) -> dict[str, object]:
    """The document without the addresses of its spots, which lead nowhere from a disk."""
    kept = [
        layer | {"spots": [[*spot[:5], "", []] for spot in layer["spots"]]}
        if layer["kind"] == "spots"
        else layer
        for layer in layers
    ]
    return map_data.document(kept)


def _static(name: str) -> str:
    return (Path(current_app.static_folder or "") / name).read_text(encoding="utf-8")


def _inline(text: str) -> str:
    """*text* where nothing ends the element that it stands in. Raises ValueError."""
    if re.search(r"</(script|style)|<!--", text, re.IGNORECASE):
        raise ValueError("a static file would end the element that it stands in")
    return text


def _policy(scripts: Sequence[str], styles: Sequence[str]) -> str:
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {' '.join(map(_hash, scripts))}",
            f"style-src {' '.join(map(_hash, styles))}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
