"""What may happen to what a site has, as the audit tells it."""

from __future__ import annotations

from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.audit.rules import Field, event_type
from core.facilities.rules import Group, items
from core.i18n import named
from core.sites import joining


def item_name(code: str) -> str:
    """What an item is called; its code where the catalogue has lost it."""
    item = items().by_code.get(code)
    return code if item is None else named(item.name, item.name_en)


def fit_words(value: Any) -> str:
    """How many, and the word about it."""
    told = str(_("有")) if value["count"] == 1 else str(value["count"])
    return str(_("%(told)s（%(note)s）", told=told, note=value["note"])) if value["note"] else told


def group_name(value: Any) -> str:
    return str(Group(value).label)


FITTED: Final = event_type(
    "site.facilities.set",
    _l("更新设施和制度"),
    _l("%(actor)s 登记了 %(subject)s 的设施和制度"),
    {
        "fitting": Field(_l("项目"), fit_words, item_name),
        "recorded": Field(_l("开始登记"), group_name),
        "since": Field(_l("起始日期")),
        "reason": Field(_l("原因")),
    },
)
FOLLOWED: Final = event_type(
    "site.facilities.followed",
    _l("设施和制度随网点归并"),
    _l("%(actor)s 合并网点，并入网点的设施和制度归 %(subject)s"),
    {
        "fitting": Field(_l("项目"), fit_words, item_name),
        **joining.fields(fit_words, item_name),
        "since": Field(_l("起始日期")),
    },
)
