"""What an auditor may ask for in the address of the page."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from core.audit.queries import Filters
from core.errors import BadInput
from core.forms import day, whole_number

NAMES = ("actor", "action", "kind", "code", "since", "until")

_LONGEST = 100
_LARGEST = 2**31 - 1


def filters(given: Mapping[str, str]) -> Filters:
    """The filters in a query string. Raises BadInput for a day that is none, or a text too long."""
    return Filters(
        actor=_text(given, "actor"),
        action=_text(given, "action"),
        kind=_text(given, "kind"),
        code=_text(given, "code"),
        since=day(given.get("since", ""), "since"),
        until=day(given.get("until", ""), "until"),
    )


def again(given: Mapping[str, str], below: int) -> dict[str, str]:
    """The query that asks for the same, further back than the event numbered *below*."""
    return {name: given[name] for name in NAMES if given.get(name)} | {"before": str(below)}


def before(given: Mapping[str, str]) -> int | None:
    """The number of the event below which to go on. Raises BadInput."""
    text = given.get("before")
    if not text:
        return None
    number = whole_number(text, "before")
    if not 1 <= number <= _LARGEST:
        raise BadInput(_l("页码有误。"), field="before")
    return number


def _text(given: Mapping[str, str], name: str) -> str:
    text = given.get(name, "").strip()
    if len(text) > _LONGEST:
        raise BadInput(_l("内容太长，最多 %(most)s 个字。", most=_LONGEST), field=name)
    return text
