"""Standards in words: what a criterion asks of a figure, what the figure told, what differs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint
from flask_babel import LazyString, format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.catalogue.rules import SourceKind
from core.clock import today
from core.figures.rules import Figure, Reduce, find
from core.figures.words import amount
from core.i18n import named
from core.regions.queries import tree
from standards.comparison import PARTS, WHOLE
from standards.items import item_name
from standards.judging import FAILED, MET, STATES, UNKNOWN, Judged, Told
from standards.rules import Band, Chapter, Check, Criterion, Guidance, Method, State, Version

#: The look of a state: the classes of core/static/onekm.css.
TAGS = {State.MET: "ok", State.FAILED: "bad", State.UNKNOWN: "warn", State.NOT_APPLICABLE: ""}


def init(blueprint: Blueprint) -> None:
    """Give the filters to every template."""
    blueprint.add_app_template_filter(check_words)
    blueprint.add_app_template_filter(told_words)
    blueprint.add_app_template_filter(state_tag)
    blueprint.add_app_template_filter(part_words)
    blueprint.add_app_template_filter(part_label)
    blueprint.add_app_template_global(Marks.of, "source_marks")
    blueprint.add_app_template_global(cities)


def cities() -> int:
    """For how many cities a standard holds: there is one set of them in a database."""
    return len(tree(today()).top())


def state_tag(state: State) -> str:
    return TAGS[state]


def subject_words(check: Check) -> str:
    """What is compared: the title of the figure, or the item that is recorded."""
    if check.item is not None:
        return item_name(check.item)
    return _title(check.figure or "")


def _title(code: str) -> str:
    figure = find(code)
    return code if figure is None else str(figure.title)


def check_words(check: Check) -> str:
    """A comparison on one line: 引导员 不少于 1 人."""
    return str(
        _(
            "%(what)s %(comparison)s %(target)s",
            what=subject_words(check),
            comparison=check.comparison.label,
            target=target_words(check),
        )
    )


def told_words(told: Told, check: Check) -> str:
    """What the figure of a criterion tells, with its target where that is a figure, too."""
    figure = None if check.figure is None else find(check.figure)
    words = number_words(told.value, figure)
    if check.than is None:
        return words
    return f"{words} / {number_words(told.target, find(check.than))}"


def target_words(check: Check) -> str:
    if check.than is not None:
        return _title(check.than)
    figure = None if check.figure is None else find(check.figure)
    return number_words(check.value, figure)


def number_words(value: float | None, figure: Figure | None) -> str:
    """A number with the unit of its figure; a share in percent."""
    if value is None:
        return str(_("无"))
    if figure is None:
        return amount(value)
    if figure.reduce is Reduce.SHARE:
        return f"{format_decimal(round(value * 100, 1))}%"
    return f"{amount(value)} {figure.unit}"


def standing(judged: Judged) -> str:
    """How the sites stand that are judged by a version."""
    counts = [int((judged.states == number).sum()) for number in range(len(STATES))]
    return str(
        _(
            "今天按它判定的网点：达标 %(met)s，未达标 %(failed)s，待定 %(unknown)s",
            met=counts[MET],
            failed=counts[FAILED],
            unknown=counts[UNKNOWN],
        )
    )


@dataclass(frozen=True, slots=True)
class Marks:
    """How many criteria of a version each kind of source stands behind."""

    article: int
    document: int
    proposed: int

    @classmethod
    def of(cls, version: Version) -> Marks:
        kinds = [one.source.kind for one in version.criteria]
        return cls(*(kinds.count(kind) for kind in SourceKind))


def part_label(part: str) -> LazyString | str:
    return PARTS.get(part) or WHOLE.get(part) or part


def part_words(value: Any) -> str:
    """A part of a version, or of a criterion, as a comparison shows it."""
    if value is None or value in ("", ()):
        return str(_("无"))
    if isinstance(value, bool):
        return str(_("是") if value else _("否"))
    if isinstance(value, Check):
        return check_words(value)
    if isinstance(value, Method):
        return str(value.label)
    if isinstance(value, Guidance):
        told = [(_l("看什么"), value.look, value.look_en)]
        told += [(_l("凭什么"), value.evidence, value.evidence_en)]
        told += [(_l("怎么判"), value.judge, value.judge_en)]
        return " ".join(f"{label}{_('：')}{named(text, text_en)}" for label, text, text_en in told)
    if isinstance(value, tuple):
        return str(_("、")).join(map(part_words, value))
    return _thing_words(value)


def _thing_words(value: Any) -> str:
    if isinstance(value, Band):
        return f"{named(value.name, value.name_en)} {value.start}–{value.end}"
    if isinstance(value, Chapter | Criterion):
        name = value.name if isinstance(value, Chapter) else value.text
        name_en = value.name_en if isinstance(value, Chapter) else value.text_en
        return named(name, name_en)
    kind = getattr(value, "kind", None)
    if isinstance(kind, SourceKind):
        note = named(value.note, value.note_en)
        return f"{kind.label}{_('：')}{note}" if note else str(kind.label)
    return str(getattr(value, "label", value))
