"""What the network brings to the house."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import lazy_gettext as _l

from core.access import Permission
from core.web import Feature, MenuItem, Panel, Periodic
from network import api, cli, maps, views
from network.demo import cli as demo
from network.duplicates import views as duplicates
from network.editing import feature as editing
from network.imports import keeping
from network.imports import views as imports
from network.lineage import views as lineage
from network.listing import views as listing
from network.listing.bulk import views as bulk
from network.matrix import cell_views, set_views
from network.matrix import views as matrix
from network.photos import views as photos
from network.plan import views as plan
from network.tree import views as tree

DAY = timedelta(days=1)

FEATURE = Feature(
    name="network",
    blueprints=(
        *(views.blueprint, maps.blueprint, api.blueprint),
        *editing.BLUEPRINTS,
        *(listing.blueprint, bulk.blueprint, plan.blueprint, duplicates.blueprint),
        lineage.blueprint,
        *(tree.blueprint, matrix.blueprint, set_views.blueprint, cell_views.blueprint),
        imports.blueprint,
        photos.blueprint,
    ),
    commands=(demo.demo, cli.sites),
    periodic=(
        Periodic("imports.forget", timedelta(days=1), keeping.forget_old, timedelta(hours=3)),
    ),
    panels=(
        *editing.PANELS,
        photos.PANEL,
        Panel("region", _l("下沉与数据质量"), tree.panel, 200),
        Panel("site", _l("重复登记"), duplicates.panel, 700),
        *lineage.PANELS,
    ),
    menu=(
        *editing.MENU,
        MenuItem("register.index", _l("网点登记"), (Permission.REGISTER_READ,), 100),
        MenuItem("tree.show", _l("网络一览"), (Permission.REGISTER_READ,), 150),
        MenuItem("matrix.show", _l("事项矩阵"), (Permission.REGISTER_READ,), 200),
        MenuItem("imports.index", _l("导入"), (Permission.REGISTER_IMPORT,), 160),
        MenuItem("duplicates.index", _l("重复网点"), (Permission.REGISTER_WRITE,), 300),
        lineage.MENU,
    ),
)
