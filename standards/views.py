"""Standards for everybody to read: what there is, every version with its criteria, what differs."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import lazy_gettext as _l

from core import downloads
from core.access import Permission, current_actor, public
from core.clock import today
from core.errors import BadInput
from core.figures import queries as figures
from core.forms import whole_number
from standards import comparison, queries, verdicts, words
from standards.comparison import DryRun
from standards.listing import Counts, View
from standards.queries import Published
from standards.rules import State

blueprint = Blueprint("standards", __name__, url_prefix="/standards")
words.init(blueprint)


@blueprint.get("")
@public
def index() -> Response:
    """Every standard, with what it asks and where that comes from."""
    shown = _of_today()
    actor = current_actor()
    context: dict[str, Any] = {"shown": shown, "today": today()}
    if actor.may(Permission.REGISTER_READ):
        context["counts"] = _counts()
    if not shown:
        context["publishes"] = actor.may(Permission.STANDARDS_PUBLISH)
    return _answer("standards/index.html", **context)


def _of_today() -> list[Published]:
    """One version of each standard; those that have ended come last."""
    codes = dict.fromkeys(one.code for one in queries.published())
    shown = [queries.shown(code) for code in codes]
    return sorted(shown, key=lambda one: one.ended is not None and one.ended <= today())


def _counts() -> dict[str, Counts]:
    """How the sites within reach stand with each standard in force."""
    found = verdicts.verdicts()
    reach = current_actor().reach(Permission.REGISTER_READ)
    where = figures.scope(reach, None, today())
    return {
        published.code: View.of(found, published, judged, where).counts
        for published, judged in zip(found.in_force, found.judged, strict=True)
    }


@blueprint.get("/<code>/versions")
@public
def versions(code: str) -> Response:
    """The versions of a standard, and what differs between two of them."""
    known = queries.versions(code)
    before, after = _compared(known)
    context: dict[str, Any] = {
        "code": code,
        "known": known,
        "shown": queries.shown(code),
        "today": today(),
        "states": list(State),
        "before": before,
        "after": after,
    }
    if before is not None and after is not None:
        context["differs"] = comparison.compare(before.version, after.version)
        if current_actor().may(Permission.REGISTER_READ) and "try" in request.args:
            context["dry"] = _dry_run(before, after)
    return _answer("standards/versions.html", **context)


def _compared(known: tuple[Published, ...]) -> tuple[Published | None, Published | None]:
    """Which two are asked for; the last two where nothing is."""
    numbers = {one.number: one for one in known}
    asked = []
    for name, default in (
        ("from", known[-2].number if len(known) > 1 else 0),
        ("to", known[-1].number),
    ):
        text = request.args.get(name, "")
        number = whole_number(text, name) if text else default
        if text and number not in numbers:
            raise BadInput(_l("没有这个版本的标准。"), field=name)
        asked.append(numbers.get(number))
    return asked[0], asked[1]


def _dry_run(before: Published, after: Published) -> DryRun:
    """How the verdicts of today differ under the two; of the sites within reach alone."""
    found = verdicts.verdicts()
    return within_reach(
        comparison.dry_run(
            found.day.ask.network, found.try_out(before.version), found.try_out(after.version)
        )
    )


def within_reach(dry: DryRun) -> DryRun:
    """The same, naming only the sites that the current actor may read of."""
    reach = current_actor().reach(Permission.REGISTER_READ)
    living = figures.day(today()).ask.network.tree
    return comparison.only(dry, lambda place: reach.site(living, place.id, place.region.id))


@blueprint.get("/<code>/versions/<int:number>")
@public
def version(code: str, number: int) -> Response:
    """One version, whole: every criterion with its source, how it is judged, what to look at."""
    one = queries.version(code, number)
    return _answer("standards/version.html", one=one, today=today())


@blueprint.get("/<code>/versions/<int:number>/file")
@public
def file(code: str, number: int) -> Response:
    """The file as it was published; its sha256 is the one that the pages show."""
    one = queries.version(code, number)
    answer = make_response(queries.document(one.id).encode())
    answer.content_type = "application/toml; charset=utf-8"
    return downloads.named(answer, f"{one.code}-{one.number}.toml")


def _answer(template: str, **context: Any) -> Response:
    answer = make_response(render_template(template, **context))
    answer.headers["Cache-Control"] = "no-store"
    return answer
