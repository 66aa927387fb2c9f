"""What people do to jobs, as the audit tells it; what a job does, it tells itself."""

from __future__ import annotations

from typing import Any, Final

from flask_babel import lazy_gettext as _l

from core.audit.rules import Field, event_type, subject_kind
from core.jobs.rules import find_kind

#: The kind of subject that events about jobs have; the code is the UUID.
JOB: Final = subject_kind("job", _l("后台任务"), "jobs.job").code


def _kind(code: Any) -> str:
    kind = find_kind(code)
    return code if kind is None else str(kind.label)


_FIELDS: Final = {"kind": Field(_l("任务"), _kind), "title": Field(_l("标题"))}

STARTED: Final = event_type(
    "job.started", _l("启动后台任务"), _l("%(actor)s 启动了后台任务 %(subject)s"), _FIELDS
)
STOP_ASKED: Final = event_type(
    "job.stop_asked", _l("停止后台任务"), _l("%(actor)s 要求停止后台任务 %(subject)s"), _FIELDS
)
