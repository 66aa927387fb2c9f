"""What may happen to runs, as the audit tells it."""

from __future__ import annotations

from typing import Final

from flask_babel import lazy_gettext as _l

from core.audit.rules import Field, event_type, subject_kind

RUN: Final = subject_kind("coverage_run", _l("覆盖测算"), "coverage_runs.show").code

ASKED: Final = event_type(
    "coverage_run.asked",
    _l("发起覆盖测算"),
    _l("%(actor)s 发起了覆盖测算 %(subject)s"),
    {
        "region": Field(_l("区划")),
        "on": Field(_l("日期")),
        "service": Field(_l("事项")),
        "at": Field(_l("时刻")),
        "rule": Field(_l("覆盖规则")),
    },
)
FINISHED: Final = event_type(
    "coverage_run.finished",
    _l("完成覆盖测算"),
    _l("%(actor)s 完成了覆盖测算 %(subject)s"),
    {
        "people": Field(_l("居民")),
        "people_covered": Field(_l("已覆盖居民")),
        "settlements": Field(_l("村居")),
        "settlements_covered": Field(_l("已覆盖村居")),
    },
)
