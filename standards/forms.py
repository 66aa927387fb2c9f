"""What the pages of verdicts are asked in their addresses, read strictly."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from flask_babel import lazy_gettext as _l

from core.clock import today
from core.errors import BadInput
from core.forms import plain
from core.regions.rules import Level
from core.sites import forms
from standards.listing import Asked
from standards.rules import State, Version

E = TypeVar("E", bound=StrEnum)

MOST_TEXT = 100


def read(args: Mapping[str, str], version: Version | None = None) -> Asked:
    """``region``, ``on``, ``kind``, ``state``, ``criterion`` with ``standing`` (failed if not
    said), ``q``, ``below``.

    Raises BadInput, NotFound.
    """
    on = forms.day(args.get("on", ""), "on") or today()
    text = plain(args.get("q", ""))
    if len(text) > MOST_TEXT:
        raise BadInput(_l("搜索内容太长，最多 %(most)s 个字。", most=MOST_TEXT), field="q")
    criterion = args.get("criterion", "")
    if criterion and (version is None or criterion not in version.by_code):
        raise BadInput(_l("标准里没有这一条。"), field="criterion")
    return Asked(
        region=forms.region(args.get("region", ""), on),
        on=on,
        kind=forms.kind(args.get("kind", "")),
        state=_one_of(State, args, "state"),
        criterion=criterion,
        standing=_one_of(State, args, "standing") or State.FAILED,
        text=text,
        below=_one_of(Level, args, "below"),
    )


def _one_of(enum: type[E], args: Mapping[str, str], name: str) -> E | None:
    value = args.get(name, "")
    try:
        return enum(value) if value else None
    except ValueError:
        raise BadInput(_l("没有这个选项。"), field=name) from None
