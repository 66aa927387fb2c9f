"""The key in every form of ours, and the transaction in which its second copy finds the first.

Somebody clicks twice, a slow page is sent once more, the way back leads to a form that was sent:
what it asks for is there already, and that is where she is led.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from flask import Flask, g, redirect, request
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response

from core.access import current_actor
from core.db import writing
from core.sendings import actions, queries

FIELD: Final = "sending"
#: The token against forgery: another one at each sign-in.
_CHANGES: Final = "csrf_token"
#: How much of a file is looked at at once, in bytes.
_PART: Final = 1 << 20
_KEY: Final = re.compile(r"[A-Za-z0-9_-]{16,40}", re.ASCII)


class SentBefore(RequestRedirect):
    """The same form was sent before: on to where it led. An answer, not a fault."""

    code = 303


@dataclass(slots=True)
class Sent:
    """Where the form leads, an address of ours."""

    to: str = ""

    def onward(self) -> Response:
        return redirect(self.to, 303)


def init_app(app: Flask) -> None:
    app.jinja_env.globals["sending_key"] = _new_key
    app.before_request(_lead_on)


def _new_key() -> str:
    """The key of a form on this page; none for who has not signed in and can make nothing."""
    return "" if current_actor().account_id is None else secrets.token_urlsafe(12)


def _lead_on() -> Response | None:
    """Of a form that was acted on nothing is looked at again: what it showed has changed by it."""
    # Now, for views read the files that were sent to their end.
    g.sender = sender = _sender() if request.method == "POST" else None
    led_to = None if sender is None else queries.led_to(*sender)
    # What is told only once leads nowhere: see writing_again.
    return redirect(led_to, 303) if led_to is not None and led_to.startswith("/") else None


def _sender() -> tuple[int, str] | None:
    """Who sends a form, and by what it is known again; None for who is nobody, or has no key."""
    account_id, key = current_actor().account_id, request.form.get(FIELD, "")
    return None if account_id is None or _KEY.fullmatch(key) is None else (account_id, _digest())


def _digest() -> str:
    """The form with its key and all that is in it: who comes back to it and fills in something
    else wants something else."""
    found = hashlib.sha256(request.full_path.encode())
    for name, values in sorted(request.form.lists()):
        if name != _CHANGES:
            found.update(json.dumps([name, values]).encode())
    for name, files in sorted(request.files.lists()):
        for file in files:
            found.update(json.dumps([name, file.filename]).encode())
            while part := file.stream.read(_PART):
                found.update(part)
            file.stream.seek(0)
    return found.hexdigest()


@contextmanager
def writing_once() -> Iterator[Sent]:
    """As :func:`core.db.writing`, for a form that makes something; within it ``to`` is said.

    Of equal forms the first is acted on: from the second on SentBefore ends the request where the
    first one led. A form without a key, such as a program sends, is acted on every time.
    """
    with writing_again() as sent:
        if sent.to:
            raise SentBefore(sent.to)
        yield sent


@contextmanager
def writing_again() -> Iterator[Sent]:
    """The same for what is told only once, such as a password: the second form is acted on, too.

    ``to`` says what the first one made, which has to give way; empty for the first.
    """
    sender: tuple[int, str] | None = g.get("sender")
    with writing():
        if sender is None:
            yield Sent()
            return
        sent = Sent(actions.begin(*sender) or "")
        yield sent
        if not sent.to:
            raise RuntimeError("where the form leads has not been said")
        actions.end(*sender, sent.to)
