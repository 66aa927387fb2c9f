"""Two languages: Chinese is the source of every page, English the complete catalogue beside it.

The choice is kept in a cookie of the visitor's own; there is no account to keep it in.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from flask import Blueprint, Flask, has_request_context, redirect, request
from flask_babel import Babel, force_locale, get_locale
from werkzeug.wrappers import Response as AnyResponse

from core.access import public
from core.errors import NotFound

LANGUAGES: Final = {"zh": "中文", "en": "English"}
COOKIE: Final = "lang"
YEAR: Final = 365 * 24 * 3600

blueprint = Blueprint("i18n", __name__)


def init_app(app: Flask) -> None:
    app.config["BABEL_DEFAULT_LOCALE"] = "zh"
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = f"{app.root_path}/core/translations"
    Babel(app, locale_selector=_chosen)
    app.register_blueprint(blueprint)
    app.jinja_env.globals.update(language=language, other_language=other_language)
    app.jinja_env.filters["named"] = named


def _chosen() -> str:
    """The language asked for: ``?lang=`` for programs, the cookie for people."""
    if not has_request_context():
        return "zh"
    for asked in (request.args.get("lang"), request.cookies.get(COOKIE)):
        if asked in LANGUAGES:
            return asked
    return "zh"


def language() -> str:
    """The two letters of the language being spoken; Chinese where nobody asks, as in a command."""
    locale = get_locale()
    return "zh" if locale is None else str(locale.language)


def other_language() -> tuple[str, str]:
    """The language not being spoken: code and its own name for itself."""
    code = "en" if language() == "zh" else "zh"
    return code, LANGUAGES[code]


def named(name: str, name_en: str) -> str:
    """The name in the language spoken; the Chinese one where no other is known."""
    return name_en if name_en and language() == "en" else name


def in_both(text: str) -> tuple[str, str]:
    """*text*, which may be a lazy translation, in Chinese and in English, to be kept."""
    told = []
    for code in LANGUAGES:
        with force_locale(code):
            told.append(str(text))
    return told[0], told[1]


@blueprint.get("/lang/<code>")
@public
def choose(code: str) -> AnyResponse:
    """Keep the choice for a year and go back to where the visitor was. Raises NotFound."""
    if code not in LANGUAGES:
        raise NotFound(code)
    response = redirect(place_here(request.args.get("next", "")))
    response.set_cookie(COOKIE, code, max_age=YEAR, httponly=True, samesite="Lax")
    return response


def place_here(target: str) -> str:
    """*target* if it is a path of this site, else the home page."""
    parts = urlsplit(target)
    outside = parts.scheme or parts.netloc or not target.startswith("/")
    return "/" if outside or target.startswith("//") or "\\" in target else target
