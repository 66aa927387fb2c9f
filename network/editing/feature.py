"""What keeping the register brings to the network."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from core.access import Permission
from core.web import MenuItem
from network.editing import act_views, closure_views, new_views, panels, views

BLUEPRINTS = (
    *(new_views.blueprint, views.blueprint),
    *(act_views.blueprint, closure_views.blueprint),
)
PANELS = panels.PANELS
MENU = (MenuItem("keeping.mine", _l("我的网点"), (Permission.REGISTER_PROPOSE,), 10),)
