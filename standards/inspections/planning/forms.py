"""The forms of plans and draws; the bounds come from the rules."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, ValidationError

from core.access import Actor
from core.clock import today
from core.errors import BadInput
from core.forms import choices
from core.i18n import named
from core.regions.queries import tree
from core.sites.rules import Kind
from standards.inspections.access import REVIEW
from standards.inspections.planning.actions import NewDraw, NewPlan
from standards.inspections.planning.rules import MOST_SEED, MOST_VISITS, MOST_WORDS

_NEEDED: Final = InputRequired(_l("请填写此项。"))
_TITLE: Final = [_NEEDED, Length(max=100, message=_l("内容太长。"))]
#: The latest day that a visit is planned for.
AHEAD: Final = timedelta(days=400)


class _RegionForm(FlaskForm):
    region = SelectField(_l("区划"))
    kind = SelectField(_l("网点类型"))

    def offer(self, actor: Actor) -> None:
        """The cities and counties in which *actor* may plan."""
        living = tree(today())
        reach = actor.reach(REVIEW)
        self.region.choices = choices(
            (node.code, named(node.name, node.name_en))
            for city in living.top()
            for node in (city, *living.children(city.id))
            if reach.region(living, node.id)
        )
        self.kind.choices = choices([("", _("全部类型")), *Kind])

    @property
    def region_id(self) -> int:
        return tree(today()).by_code[self.region.data].id

    @property
    def chosen(self) -> Kind | None:
        return Kind(self.kind.data) if self.kind.data else None


class PlanForm(_RegionForm):
    title = StringField(_l("计划名称"), _TITLE)
    year = IntegerField(_l("年度"), [_NEEDED, NumberRange(2000, 2100, _l("年度有误。"))])
    visits = IntegerField(
        _l("全年要检查多少个网点"), [_NEEDED, NumberRange(1, 100000, _l("应为 1 以上的整数。"))]
    )
    words = TextAreaField(_l("说明（可不填）"), [Length(max=MOST_WORDS, message=_l("内容太长。"))])

    def new(self) -> NewPlan:
        return NewPlan(
            year=self.year.data or today().year,
            region_id=self.region_id,
            kind=self.chosen,
            title=" ".join((self.title.data or "").split()),
            visits=self.visits.data or 1,
            words=(self.words.data or "").strip(),
        )


class DrawForm(_RegionForm):
    title = StringField(_l("抽取名称"), _TITLE)
    seed = StringField(_l("随机种子"), [_NEEDED, Length(max=MOST_SEED, message=_l("内容太长。"))])
    visits = IntegerField(
        _l("抽多少个网点"),
        [_NEEDED, NumberRange(1, MOST_VISITS, _l("应在 1 到 %(most)s 之间。", most=MOST_VISITS))],
    )
    together = SelectField(
        _l("每个网点几名检查员"),
        choices=choices([("1", _l("1 人")), ("2", _l("2 人同行"))]),
        default="1",
    )
    first_day = DateField(_l("检查开始日期"), [_NEEDED])
    last_day = DateField(_l("检查结束日期"), [_NEEDED])

    def validate_first_day(self, field: Any) -> None:
        if field.data is not None and not today() <= field.data <= today() + AHEAD:
            raise ValidationError(_("日期应从今天起、一年以内。"))

    def validate_last_day(self, field: Any) -> None:
        first = self.first_day.data
        if field.data is None or first is None:
            return
        if not first <= field.data <= first + AHEAD:
            raise ValidationError(_("结束日期应在开始日期以后、一年以内。"))

    def new(self, plan_id: int | None) -> NewDraw:
        return NewDraw(
            region_id=self.region_id,
            title=" ".join((self.title.data or "").split()),
            seed=self.seed.data or "",
            visits=self.visits.data or 0,
            together=int(self.together.data),
            first_day=self.first_day.data or today(),
            last_day=self.last_day.data or today(),
            plan_id=plan_id,
        )


def month(text: str) -> date:
    """The first day of a month such as 2026-11; of this month if none is said. Raises BadInput."""
    if not text:
        return today().replace(day=1)
    wrong = BadInput(_l("月份写法有误，请写成 2026-11。"), field="month")
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise wrong from None
    if not 2000 <= found.year < 2100:  # the months before and after are looked at, too
        raise wrong
    return found
