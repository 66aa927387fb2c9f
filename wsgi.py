"""The whole house: the only module that knows every package."""

from __future__ import annotations

import logging
from pathlib import Path

from flask import Flask
from flask_migrate import Migrate

from core import config, db, i18n, web, words
from core.calendar import cli as calendar
from core.catalogue import cli as catalogue
from core.regions import cli as regions
from network.feature import FEATURE as NETWORK
from stations.finder.feature import FEATURE as FINDER

ROOT = Path(__file__).parent

#: The rooms of the ground bring commands, the features everything else.
GROUND = web.Feature(
    name="core", commands=(regions.commands, catalogue.commands, calendar.commands)
)
FEATURES = (GROUND, FINDER, NETWORK)


def create_app(configuration: config.Config | None = None) -> Flask:
    """The application, configured by the environment unless told otherwise."""
    told = configuration or config.read()
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s")
    web.access_log.setLevel(logging.INFO)
    app = Flask("onekm", root_path=str(ROOT), static_folder="core/static")
    db.init_app(app, told)
    i18n.init_app(app)
    web.init_app(app, told, FEATURES)
    words.init_app(app)
    Migrate(app, db.db, directory=str(ROOT / "migrations"), render_as_batch=True)
    return app
