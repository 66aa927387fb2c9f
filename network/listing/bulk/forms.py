"""What is to be done to many sites: a form for each action."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField

from core.calendar import prose
from core.calendar.rules import Shut
from core.catalogue.rules import Service
from core.errors import BadInput
from core.facilities.changes import fitted
from core.facilities.rules import GROUPS, Fit, items
from core.forms import choices, whole_number
from core.i18n import named
from core.sites import changes, closures
from core.sites.changes import Change
from core.sites.closures import MOST_WORDS
from core.sites.forms import day
from core.sites.rules import Mode
from network.listing.bulk.rules import Action
from network.listing.rules import Way

_FROM, _CORRECTION = "from", "correction"


class BulkForm(FlaskForm):
    """What every action asks: ``seen`` is what was shown, ``number`` how many, typed once more."""

    seen = HiddenField()
    number = StringField(_l("请再输入一次网点个数，以示确认"))

    def offer(self, services: Sequence[Service]) -> None:
        """Say what may be chosen from, these services among it."""

    def change(self) -> Change:
        """What is to be done to each. Raises BadInput."""
        return changes.checked()


class _DatedForm(BulkForm):
    """Whether it is so from a day on, or was entered wrongly."""

    when = RadioField(_l("从什么时候起"), default=_FROM)
    on = StringField(_l("从哪一天起"))

    def offer(self, services: Sequence[Service]) -> None:
        self.when.choices = choices(
            [
                (_FROM, _l("从这一天起变更")),
                (_CORRECTION, _l("更正登记（原来登记错了）")),
            ]
        )

    def day(self) -> date | None:
        """The day; None for a correction. Raises BadInput."""
        return None if self.when.data == _CORRECTION else _needed(self.on)


class OfferForm(_DatedForm):
    service = SelectField(_l("事项"))
    way = RadioField(_l("怎么开办"), default=Way.ASSISTED.value)

    def offer(self, services: Sequence[Service]) -> None:
        super().offer(services)
        self.way.choices = choices(
            [
                (Way.DIRECT.value, _l("直接办理")),
                (Way.ASSISTED.value, _l("帮办代办")),
                (Way.NONE.value, _l("不再办理")),
            ]
        )
        self.ids = {service.code: service.id for service in services}
        self.service.choices = choices(
            (service.code, named(service.name, service.name_en)) for service in services
        )

    def change(self) -> Change:
        mode = None if self.way.data == Way.NONE else Mode(self.way.data)
        return changes.offering({self.ids[self.service.data]: mode}, self.day())


class HoursForm(_DatedForm):
    hours = TextAreaField(_l("营业时间"))

    def change(self) -> Change:
        text = (self.hours.data or "").strip()
        if not text:
            raise BadInput(_l("请填写此项。"), field="hours")
        try:
            document = prose.read(text)
        except BadInput as fault:
            raise BadInput(fault.message, field="hours") from None
        return changes.hours(changes.parsed(document), self.day())


class FitForm(_DatedForm):
    item = SelectField(_l("项目"))
    count = StringField(_l("数量（0 表示没有）"), default="1")

    def offer(self, services: Sequence[Service]) -> None:
        super().offer(services)
        self.item.choices = {
            str(group.label): [
                (item.code, named(item.name, item.name_en)) for item in items().of(group)
            ]
            for group in GROUPS
        }

    def change(self) -> Change:
        try:
            count = whole_number(self.count.data or "", "count")
            fit = None if count == 0 else Fit(count)
            return fitted({self.item.data: fit}, self.day())
        except BadInput as fault:
            where = "count" if fault.field == self.item.data else fault.field
            raise BadInput(fault.message, field=where) from None


class _OnForm(BulkForm):
    on = StringField(_l("从哪一天起"))


class CloseForm(_OnForm):
    def change(self) -> Change:
        return changes.closed(_needed(self.on))


class ReopenForm(_OnForm):
    def change(self) -> Change:
        return changes.opened(_needed(self.on))


class AnnounceForm(BulkForm):
    """The words for the public and the days they are about, the last one inclusive."""

    since = StringField(_l("停办的第一天"))
    last = StringField(_l("停办的最后一天（不知道就不填）"))
    words = TextAreaField(_l("给公众看的话"))
    words_en = TextAreaField(_l("英文（可不填）"))

    def until(self) -> date | None:
        last = day(self.last.data or "", "last")
        return None if last is None else last + timedelta(days=1)

    def shut(self) -> Shut:
        """The days as the public is told them. Raises BadInput."""
        return Shut(_needed(self.since), self.until())

    def change(self) -> Change:
        words, words_en = ((field.data or "").strip() for field in (self.words, self.words_en))
        if len(words_en) > MOST_WORDS:
            raise BadInput(_l("内容太长，最多 %(most)s 个字。", most=MOST_WORDS), field="words_en")
        try:
            return closures.announced(_needed(self.since), self.until(), words, words_en)
        except BadInput as fault:
            where = "last" if fault.field == "until" else fault.field
            raise BadInput(fault.message, field=where) from None


def _needed(field: StringField) -> date:
    found = day(field.data or "", field.short_name)
    if found is None:
        raise BadInput(_l("请填写日期，例如 2026-11-21。"), field=field.short_name)
    return found


FORMS: Final[dict[Action, type[BulkForm]]] = {
    Action.OFFER: OfferForm,
    Action.HOURS: HoursForm,
    Action.CLOSE: CloseForm,
    Action.REOPEN: ReopenForm,
    Action.ANNOUNCE: AnnounceForm,
    Action.CHECK: BulkForm,
    Action.FIT: FitForm,
}
