"""The two long works on a file of settlements: reading and trying it, and letting it count."""

from __future__ import annotations

from typing import Final

from flask_babel import lazy_gettext as _l

from core.imports.jobs import Steps, Works
from stations.coverage.demand import actions, queries
from stations.coverage.demand.queries import FILES

WORKS: Final = Works(
    "population",
    "/coverage/demand/imports/",
    FILES,
    Steps(queries.find, actions.stage, actions.judge, actions.check, actions.apply),
    _l("读取人口文件"),
    _l("载入人口数据"),
)
