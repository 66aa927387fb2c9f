"""What may happen to windows, as the audit tells it."""

from __future__ import annotations

from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.audit.rules import Field, event_type, plain_words
from halls.windows.rules import Lane, WindowKind


def window_words(value: Any) -> str:
    """A window in words: its kind, what it is for, its lanes."""
    told = [str(WindowKind(value["kind"]).label), value["title"]]
    told += [str(Lane(lane).label) for lane in value["lanes"]]
    return str(_("、")).join(part for part in told if part)


WINDOWS_SET: Final = event_type(
    "site.windows.set",
    _l("更新窗口"),
    _l("%(actor)s 登记了 %(subject)s 的窗口"),
    {
        "window": Field(_l("窗口"), window_words, plain_words),
        "recorded": Field(_l("开始登记"), lambda _value: str(_("窗口"))),
        "since": Field(_l("起始日期")),
        "reason": Field(_l("原因")),
    },
)
FOLLOWED: Final = event_type(
    "site.windows.followed",
    _l("窗口随网点归并"),
    _l("%(actor)s 合并网点，并入网点的窗口归 %(subject)s"),
    {
        "window": Field(_l("窗口"), window_words, plain_words),
        "merged": Field(_l("并入的网点")),
        "since": Field(_l("起始日期")),
    },
)
