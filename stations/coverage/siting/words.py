"""Proposals in words."""

from __future__ import annotations

from flask import Blueprint
from flask_babel import LazyString, format_date, format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.clock import civil
from core.i18n import named
from stations.coverage.siting.answer import Answer
from stations.coverage.siting.models import SitingProposal
from stations.coverage.siting.rules import Aim, Ask


def init(blueprint: Blueprint) -> None:
    """Give the filters to every template."""
    blueprint.add_app_template_filter(question_words, "siting_question")
    blueprint.add_app_template_filter(services_words, "siting_services")
    blueprint.add_app_template_filter(aim_words, "siting_aim")
    blueprint.add_app_template_filter(state_words, "siting_state")
    blueprint.add_app_template_filter(percent, "siting_percent")


def question_words(ask: Ask) -> str:
    """For which services, on which day, at what hour or any."""
    separator = str(_("、"))
    what = separator.join(named(one.name, one.name_en) for one in ask.services)
    day = format_date(ask.on, "full")
    if ask.at is None:
        return str(
            _("%(what)s，%(day)s，不限时刻", what=what or _("不限事项（任何网点都算）"), day=day)
        )
    clock = civil(ask.at).strftime("%H:%M")
    what = what or str(_("不限事项（任何网点都算）"))
    return str(_("%(what)s，%(day)s %(clock)s", what=what, day=day, clock=clock))


def services_words(ask: Ask) -> str:
    """The services asked about, quoted."""
    separator = str(_("、"))
    return separator.join(
        str(_("“%(service)s”", service=named(one.name, one.name_en))) for one in ask.services
    )


def aim_words(ask: Ask) -> str:
    """What was asked of the new stations."""
    if ask.aim is Aim.EVERYBODY:
        return str(Aim.EVERYBODY.label)
    return str(_("新增 %(most)s 个站，让新覆盖的人最多", most=ask.most))


def state_words(proposal: SitingProposal) -> LazyString:
    if proposal.planned_at is not None:
        return _l("已转为筹建网点")
    return _l("草稿") if proposal.saved_at is None else _l("已保存")


def percent(share: float) -> str:
    """A small share in percent; what is not nothing has to look so."""
    if 0 < share < 0.0001:
        return "<0.01%"
    return f"{format_decimal(round(share * 100, 2))}%"


def number(amount: float) -> str:
    return str(format_decimal(round(amount)))


def proof_words(ask: Ask, answer: Answer) -> LazyString:
    """How good the answer is known to be."""
    if ask.aim is Aim.EVERYBODY:
        return _proof_of_number(answer)
    if answer.proved:
        return _l("已证明最优：没有别的选法能得到更好的结果。")
    more, unit = number(answer.bound - answer.value), _unit(ask)
    return _l(
        "尚未证明最优：别的选法最多还可能多 %(more)s %(unit)s（相差不超过 %(gap)s）。",
        more=more,
        unit=unit,
        gap=percent(answer.gap),
    )


def _proof_of_number(answer: Answer) -> LazyString:
    if answer.proved:
        return _l("已证明最少：%(value)s 个站，再少就不能覆盖所有人。", value=number(answer.value))
    return _l(
        "尚未证明最少：这里用了 %(value)s 个站，理论上至少要 %(bound)s 个。",
        value=number(answer.value),
        bound=number(answer.bound),
    )


def _unit(ask: Ask) -> LazyString:
    return _l("人·事项") if ask.bundle else _l("人")


def notes(ask: Ask, answer: Answer) -> list[LazyString]:
    """What else there is to know about the answer."""
    told = []
    if ask.aim is Aim.MOST and len(answer.chosen) < ask.most:
        if ask.most > answer.candidates:
            told.append(
                _l(
                    "候选点一共只有 %(candidates)s 个，不到 %(most)s 个。",
                    candidates=number(answer.candidates),
                    most=ask.most,
                )
            )
        told.append(
            _l(
                "选了 %(chosen)s 个就够：再多选也不会多覆盖任何人。",
                chosen=len(answer.chosen),
            )
        )
    if answer.unreached:
        told.append(
            _l(
                "有 %(people)s 个未覆盖的居民不在任何候选点的范围内，选哪里都够不着。",
                people=number(answer.unreached),
            )
        )
    if answer.served is not None and answer.served < answer.people_won - 0.5:
        told.append(
            _l(
                "新覆盖的 %(people)s 人中，%(served)s 人在容量以内，其余 %(left)s 人装不下。",
                people=number(answer.people_won),
                served=number(answer.served),
                left=number(answer.people_won - answer.served),
            )
        )
    return told
