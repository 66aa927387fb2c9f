"""What somebody has typed of a site: recorded by who keeps it, asked for by who answers for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol, TypeAlias

from flask import redirect, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from core.access import current_actor
from core.errors import BadInput, Conflict
from core.forms import whole_number
from core.sendings.pages import writing_once
from core.sites import actions as sites
from core.sites.changes import Change
from halls.forms import Draft
from halls.queries import Kept, keep

AnyPage: TypeAlias = Response | tuple[str, int]
WRONG: Final = 422


class Read(Protocol):
    """What was typed, and what it means."""

    @property
    def draft(self) -> Draft: ...
    @property
    def reason(self) -> str: ...


class Room(Protocol):
    """How a room shows its form of a site."""

    def __call__(self, kept: Kept, draft: Draft, status: int = 200) -> AnyPage: ...


def save(
    kept: Kept,
    read: Read,
    change: Callable[[], Change],
    ask: Callable[[], object],
    page: Room,
    overlaid: Callable[[Kept], dict[str, str]],
    fields: Mapping[str, str] = {},
) -> AnyPage:
    """Make the change, or *ask* for it where *kept* is not the actor's to write; back to the site.

    What is wrong stands on the *page* of the form, by what *fields* call it there.  Where somebody
    has changed the site meanwhile, it is the form as the register has it now, *overlaid* with what
    was typed otherwise.
    """
    try:
        done = _record(kept, change, read.reason, ask)
    except Conflict as fault:
        kept = keep(current_actor(), kept.code)
        draft = Draft(overlaid(kept))
        draft.fault("", fault)
        return page(kept, draft, fault.status)
    except BadInput as fault:
        name = fault.field or ""
        read.draft.fault(fields.get(name, name), fault)
        return page(kept, read.draft, WRONG)
    return back(kept, done)


def back(kept: Kept, done: str) -> Response:
    """To the page of the site, which says what was *done*."""
    return redirect(url_for("network.site", code=kept.code, done=done, _anchor="staff"), 303)


def _record(kept: Kept, change: Callable[[], Change], why: str, ask: Callable[[], Any]) -> str:
    """In a transaction of its own; gives which it was."""
    seen = whole_number(request.form.get("version", ""), "version")
    if seen != kept.version:
        raise Conflict(_l("这个网点刚刚被别人改过，请核对后再提交。"))
    done = "saved" if kept.writes else "asked"
    with writing_once() as sent:
        if kept.writes:
            sites.do(current_actor(), kept.id, seen, change(), why=why)
        else:
            ask()
        sent.to = back(kept, done).location or ""
    return done
