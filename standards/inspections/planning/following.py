"""Plans and draws of a region that ends: they are told of where the first of its heirs lies."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

import sqlalchemy as sa
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from core.access import Actor
from core.clock import today
from core.db import rows_written
from core.regions.following import Ended, Follower, counted_in
from core.regions.queries import load
from standards.inspections.planning.models import Draw, InspectionPlan


def _follower(model: type[InspectionPlan | Draw], label: LazyString) -> Follower:
    def follow(_actor: Actor, ended: Mapping[int, Ended], _on: date) -> None:
        living = load(today()).by_id
        for region_id, left in ended.items():
            heirs = [*left.heirs.values(), left.parent_id]
            heir = next((one for one in heirs if one in living), None)
            if heir is not None:
                rows_written(
                    sa.update(model).where(model.region_id == region_id).values(region_id=heir)
                )

    return Follower(model.__tablename__, label, counted_in(model), follow, needs_heir=False)


FOLLOWERS: Final = (
    _follower(InspectionPlan, _l("检查计划")),
    _follower(Draw, _l("双随机抽取")),
)
