"""Coverage in words and numbers, for its pages."""

from __future__ import annotations

from flask import Blueprint
from flask_babel import format_date, format_decimal
from flask_babel import gettext as _

from core.clock import civil
from core.i18n import named
from stations.coverage.rules import Question
from stations.coverage.settled import Source


def init(blueprint: Blueprint) -> None:
    """Give the filters to every template."""
    blueprint.add_app_template_filter(share_words, "share")
    blueprint.add_app_template_filter(count, "people")
    blueprint.add_app_template_filter(exact_metres)
    blueprint.add_app_template_filter(source_words)


def share_words(share: float | None) -> str:
    """A share in percent with one decimal; what is not all, or not nothing, has to look so."""
    if share is None:
        return str(_("无"))
    if 0.9995 <= share < 1:
        share = 0.999
    if 0 < share < 0.0005:
        share = 0.001
    return f"{format_decimal(share * 100, '0.0')}%"


def count(number: float) -> str:
    """Whole people, or whole things: 2,313,401, in both languages."""
    return f"{round(number):,}"


def exact_metres(metres: float) -> str:
    """Metres with the millimetre that the rule goes by: 1,000.000."""
    return f"{metres:,.1f}"


def source_words(source: Source) -> str:
    """The year and the origin of numbers of people."""
    return str(_("%(year)s 年，%(source)s", year=source.year, source=source.source))


def question_words(question: Question) -> str:
    """What was asked: the service or all, the day, the hour or any."""
    service = question.service
    what = (
        _("全部事项（任何网点都算）") if service is None else named(service.name, service.name_en)
    )
    day = format_date(question.on, "full")
    if question.at is None:
        return str(_("%(what)s，%(day)s，不限时刻", what=what, day=day))
    clock = civil(question.at).strftime("%H:%M")
    return str(_("%(what)s，%(day)s %(clock)s", what=what, day=day, clock=clock))
