"""The two long works of an import of sites."""

from __future__ import annotations

from typing import Final

from flask_babel import lazy_gettext as _l

from core.imports.actions import check
from core.imports.jobs import Steps, Works
from network.imports import actions, applying, queries
from network.imports.queries import FILES

WORKS: Final = Works(
    "imports",
    "/imports/",
    FILES,
    Steps(
        queries.find,
        actions.stage,
        actions.judge,
        lambda file, approved: check(FILES, file, approved),
        applying.apply,
    ),
    _l("读取网点文件"),
    _l("导入网点文件"),
)
