"""The whole house: the only module that knows every package."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path

from flask import Flask
from flask_babel import lazy_gettext as _l
from flask_migrate import Migrate

from core import config, db, i18n, web, words
from core.access import Permission
from core.accounts import cli as accounts
from core.accounts import guard, own_views, people_views, sign_in
from core.accounts import views as account_views
from core.accounts.following import GRANTS, KEEPERS, tell_stranded
from core.audit import cli as audit
from core.audit import views as audit_views
from core.calendar import cli as calendar
from core.catalogue import cli as catalogue
from core.clock import today
from core.facilities.following import FITTINGS
from core.figures import api as figures_api
from core.figures import findings as found_figures
from core.figures import recorded, register
from core.figures import views as figures
from core.files import actions as file_actions
from core.files import cli as files
from core.files import making
from core.jobs import cli as jobs
from core.jobs import views as job_views
from core.jobs import worker
from core.proposals import views as proposal_views
from core.proposals.following import OF_SITES
from core.proposals.following import PROPOSALS as WAITING
from core.rectification import climbing
from core.rectification import demo as rectification_demo
from core.rectification import importer as periods
from core.rectification import views as rectification
from core.rectification.following import FOLLOWERS as FINDINGS
from core.rectification.lists import views as findings
from core.rectification.notices import views as notices
from core.regions import cli as regions
from core.regions import following, past
from core.regions import views as region_views
from core.regions.boundaries import OUTLINES
from core.regions.census import CENSUS
from core.sendings import actions as sending_actions
from core.sendings import pages as sendings
from core.sites import joining
from core.sites.following import FOLLOWERS as OF_THE_REGISTER
from core.sites.joined import CLOSURES, RECORDS
from core.staff import views as staff
from core.staff.following import MEMBERS, POSTINGS
from halls.feature import FEATURE as HALLS
from halls.feature import FIGURES as HALLS_FIGURES
from halls.windows.following import WINDOWS
from network.duplicates.models import PairVerdict
from network.feature import FEATURE as NETWORK
from network.photos.following import PHOTOS
from standards.feature import FEATURE as STANDARDS
from standards.following import OBSERVATIONS
from standards.inspections.feature import FEATURE as INSPECTIONS
from standards.inspections.following import VISITS
from standards.inspections.planning.following import FOLLOWERS as PLANS
from stations.coverage.feature import FEATURE as COVERAGE
from stations.coverage.figures import FIGURES as COVERAGE_FIGURES
from stations.finder.feature import FEATURE as FINDER

ROOT = Path(__file__).parent

DAY = timedelta(days=1)
NIGHT = timedelta(hours=3)
OFTEN = timedelta(seconds=10)

#: The rooms of the ground bring commands, the features everything else.
GROUND = web.Feature(
    name="core",
    blueprints=(
        *(account_views.blueprint, own_views.blueprint, people_views.blueprint),
        *(proposal_views.blueprint, audit_views.blueprint, job_views.blueprint),
        *(figures.blueprint, figures_api.blueprint, staff.blueprint),
        *(findings.blueprint, notices.blueprint, rectification.blueprint),
    ),
    commands=(
        *(regions.commands, catalogue.commands, calendar.commands),
        *(accounts.commands, audit.commands, jobs.commands, files.commands),
    ),
    panels=(*proposal_views.PANELS, findings.PANEL, region_views.CENSUS),
    menu=(
        proposal_views.MENU,
        findings.MENU,
        web.MenuItem("figures.index", _l("指标"), (Permission.REGISTER_READ,), 300),
        staff.MENU,
        web.MenuItem("people.index", _l("人员"), (Permission.ACCOUNTS_READ,), 800),
        web.MenuItem("audit.index", _l("审计"), (Permission.AUDIT_READ,), 900),
        web.MenuItem(
            "jobs.index",
            _l("后台任务"),
            (Permission.REGISTER_IMPORT, Permission.SYSTEM_RUN),
            700,
        ),
    ),
    periodic=(
        web.Periodic("jobs.forget", DAY, worker.forget_old, NIGHT),
        web.Periodic("files.make", OFTEN, making.make_for_a_turn),
        web.Periodic("files.sweep", DAY, file_actions.sweep_nightly, NIGHT),
        web.Periodic("accounts.forget", DAY, sign_in.forget_old, NIGHT),
        web.Periodic("sendings.forget", DAY, sending_actions.forget_old, NIGHT),
        web.Periodic("accounts.stranded", DAY, tell_stranded, NIGHT),
        web.Periodic("rectification.climb", DAY, climbing.climb_nightly, NIGHT),
    ),
)
#: Its demonstration comes last: it puts right what the features' have found.
PUT_RIGHT = web.Feature(name="rectification", demo=rectification_demo.demonstrate)
#: Known to whoever asks for figures by their codes.
FIGURES = (
    *(*register.FIGURES, *recorded.FIGURES, *found_figures.FIGURES),
    *(*HALLS_FIGURES, *COVERAGE_FIGURES),
)
#: Known to the migrations, though no page asks for them yet.
TABLES = (PairVerdict,)
#: What goes over to the heirs of a region that ends, in this order.
FOLLOWERS = (OUTLINES, CENSUS, *OF_THE_REGISTER, GRANTS, MEMBERS, WAITING, *PLANS)
#: What goes over to the site that another is found to be part of, in this order.
SITE_FOLLOWERS = (
    *(CLOSURES, PHOTOS, KEEPERS, OF_SITES, POSTINGS, FITTINGS, WINDOWS, RECORDS),
    *(OBSERVATIONS, VISITS, *FINDINGS),
)
FEATURES = (GROUND, FINDER, NETWORK, HALLS, STANDARDS, INSPECTIONS, COVERAGE, PUT_RIGHT)


def create_app(configuration: config.Config | None = None) -> Flask:
    """The application, configured by the environment unless told otherwise."""
    told = configuration or config.read()
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s")
    web.access_log.setLevel(logging.INFO)
    app = Flask("onekm", root_path=str(ROOT), static_folder="core/static")
    db.init_app(app, told)
    i18n.init_app(app)
    guard.init_app(app, told)
    web.init_app(app, told, FEATURES)
    words.init_app(app)
    sendings.init_app(app)
    following.init_app(app, FOLLOWERS)
    joining.init_app(app, SITE_FOLLOWERS)
    periods.init_app(app, told)
    audit_views.init_app(app, lambda reach: past.within(reach, today()))
    Migrate(app, db.db, directory=str(ROOT / "migrations"), render_as_batch=True)
    return app
