"""What staff see of a site on its public page: the ways to keep it, and what waits."""

from __future__ import annotations

from flask import request
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from core.access import Permission, current_actor
from core.audit.rules import find_kind
from core.clock import now
from core.regions.queries import tree
from core.regions.tree import Node
from core.sites.network import Place
from core.sites.queries import confirmed_on, network, version_of
from core.sites.rules import Status
from core.web import Panel, fragment
from network.editing import queries
from network.editing.actions import minute_of

#: What is said once after something was done.
DONE: dict[str, LazyString] = {
    "saved": _l("已保存。"),
    "same": _l("没有改动，什么也没有保存。"),
    "confirmed": _l("已确认：今天核对无误。"),
    "away": _l("已告诉公众您暂时离开。"),
    "back": _l("已撤回，公众看到的是照常服务。"),
    "closure": _l("停办通知已经发布。"),
    "amended": _l("停办通知已经修改。"),
    "lifted": _l("停办已经结束。"),
    "status": _l("状态变更已经登记。"),
    "asked": _l("申请已经提交，等区县管理员审批；审批之前，公众看到的还是原来的内容。"),
}


def strip(place: Place) -> Markup | None:
    """The strip on a site's page for those who may read or keep it; None for everybody else."""
    actor = current_actor()
    living = tree(network().on)
    within = {
        permission: actor.reach(permission).site(living, place.id, place.region.id)
        for permission in (
            *(Permission.REGISTER_READ, Permission.REGISTER_WRITE),
            *(Permission.REGISTER_PROPOSE, Permission.AUDIT_READ),
        )
    }
    if not within[Permission.REGISTER_READ]:
        return None
    writes = within[Permission.REGISTER_WRITE]
    keeps = writes or within[Permission.REGISTER_PROPOSE]
    return fragment(
        "network/editing/strip.html",
        place=place,
        writes=writes,
        keeps=keeps,
        audits=within[Permission.AUDIT_READ] and find_kind("site") is not None,
        version=version_of(place.id) if keeps else None,
        confirmed_on=confirmed_on(place.id),
        coming=queries.coming(place.id),
        living=living,
        closed=place.status is Status.CLOSED,
        away=away_now(place),
        done=DONE.get(request.args.get("done", "")),
    )


def away_now(place: Place) -> bool:
    """Whether somebody has said to be away and the time is not over."""
    minute = minute_of(now())
    return any(
        one.shut.minutes is not None and one.shut.minutes[1] > minute
        for one in place.closures
        if one.site_id == place.id and one.shut.touches(network().on)
    )


def of_region(node: Node) -> Markup | None:
    """What may be done in a region by whoever writes there; None for everybody else."""
    if not current_actor().reach(Permission.REGISTER_WRITE).region(tree(network().on), node.id):
        return None
    return fragment("network/editing/region.html", node=node)


PANELS = (
    Panel("site.staff", _l("管理"), strip),
    Panel("region", _l("管理"), of_region, 10),
)
