"""What the pages of verdicts are asked in their addresses, read strictly."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from core.clock import today
from core.errors import BadInput
from core.forms import one_of, plain
from core.regions.rules import Level
from core.search import sought
from core.sites import forms
from standards.listing import Asked
from standards.rules import State, Version


def read(args: Mapping[str, str], version: Version | None = None) -> Asked:
    """``region``, ``on``, ``kind``, ``state``, ``criterion`` with ``standing`` (failed if not
    said), ``q``, ``below``.

    Raises BadInput, NotFound.
    """
    on = forms.day(args.get("on", ""), "on") or today()
    criterion = args.get("criterion", "")
    if criterion and (version is None or criterion not in version.by_code):
        raise BadInput(_l("标准里没有这一条。"), field="criterion")
    return Asked(
        region=forms.region(args.get("region", ""), on),
        on=on,
        kind=forms.kind(args.get("kind", "")),
        state=one_of(State, args, "state"),
        criterion=criterion,
        standing=one_of(State, args, "standing") or State.FAILED,
        text=plain(sought(args)),
        below=one_of(Level, args, "below"),
    )
