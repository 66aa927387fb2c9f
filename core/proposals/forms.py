"""What the list of proposals is asked for, and what is said in deciding on one."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, TextAreaField
from wtforms.validators import Length

from core.errors import BadInput
from core.forms import one_of, whole_number
from core.proposals.queries import Filters
from core.proposals.rules import MOST_WORDS, Show, State, kinds


def filters(given: Mapping[str, str]) -> Filters:
    """``show``, ``kind`` and ``state``. Raises BadInput."""
    kind = given.get("kind", "")
    if kind and kind not in {known.code for known in kinds()}:
        raise BadInput(_l("没有这种申请。"), field="kind")
    return Filters(
        show=one_of(Show, given, "show") or Show.TO_DECIDE,
        kind=kind or None,
        state=one_of(State, given, "state"),
    )


class DecisionForm(FlaskForm):
    """Yes or no; ``seen`` is the version of the subject that was shown, empty where it has none."""

    words = TextAreaField(_l("说明"), [Length(max=MOST_WORDS)])
    seen = HiddenField()

    @property
    def version(self) -> int | None:
        text = self.seen.data or ""
        return whole_number(text, "seen") if text else None

    @property
    def said(self) -> str:
        return (self.words.data or "").strip()
