"""What may happen to imports, as the audit tells it."""

from __future__ import annotations

from typing import Final

from flask_babel import lazy_gettext as _l

from core.audit.rules import Field, event_type, subject_kind
from core.sites import story as sites
from network.imports.queries import file_name

IMPORT: Final = subject_kind("import", _l("导入"), "imports.run", file_name).code

SENT: Final = event_type(
    "import.sent",
    _l("上传网点文件"),
    _l("%(actor)s 上传了网点文件 %(subject)s"),
    {"file": Field(_l("文件")), "sha256": Field(_l("文件指纹"))},
)
#: One event for all the sites of a file: those that it changed, and those that it brought.
IMPORTED: Final = event_type(
    "sites.imported",
    _l("导入网点"),
    _l("%(actor)s 导入了网点文件，涉及 %(subject)s"),
    {
        "file": Field(_l("文件")),
        "sha256": Field(_l("文件指纹")),
        "digest": Field(_l("变更指纹")),
        "created": Field(_l("新增")),
        "changed": Field(_l("修改")),
        **sites.ENTERED.fields,
        **sites.HOURS_SET.fields,
        **sites.OFFERED.fields,
    },
)
