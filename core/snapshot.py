"""Values held in memory that are right as long as nobody writes: one place keeps them all.

A function marked with :func:`of_revision` is computed once for a revision and its arguments, and
again when any process has committed a change.  The revision is read before the rows, so a value is
at worst newer than its key; once a request, so a page sees one state of the city.  Whoever is
writing sees the rows as they are, and nothing of that is kept.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import current_app, has_request_context, request

from core import connections, db

P = ParamSpec("P")
R = TypeVar("R")
K = TypeVar("K")

#: How many arguments of one function are kept: today, and a few days asked about.
KEPT = 6


class _Kept:
    """What one app keeps of one function."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.values: OrderedDict[Any, tuple[int, Any]] = OrderedDict()

    def get(self, key: Any, subject: str, build: Callable[[Any], Any]) -> Any:
        found = self.values.get(key)
        if found is not None and found[0] >= revision(subject):
            return found[1]
        with self.lock:
            # From here on one transaction: what is built of several rooms is of one state.
            current = _revision_of_rows(subject)
            found = self.values.get(key)
            if found is None or found[0] < current:
                before = None if found is None else found[1]
                self.values[key] = found = (current, build(before))
                while len(self.values) > KEPT:
                    self.values.popitem(last=False)
        return found[1]


def of_revision(subject: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Keep what the function gives until *subject* is written again. Arguments are hashable."""

    def mark(function: Callable[P, R]) -> Callable[P, R]:
        name = f"onekm.snapshot.{function.__module__}.{function.__qualname__}"

        @wraps(function)
        def keep(*args: P.args, **kwargs: P.kwargs) -> R:
            if connections.is_writing():  # what is written here may yet be undone
                return function(*args, **kwargs)
            kept: _Kept = current_app.extensions.setdefault(name, _Kept())
            key = (args, tuple(kwargs.items()))
            result: R = kept.get(key, subject, lambda _before: function(*args, **kwargs))
            return result

        return keep

    return mark


def renewed(subject: str) -> Callable[[Callable[[R | None, K], R]], Callable[[K], R]]:
    """The same of a function that makes the new value of the one before, of which it changes
    nothing: its first argument, None where there is none."""

    def mark(function: Callable[[R | None, K], R]) -> Callable[[K], R]:
        name = f"onekm.snapshot.{function.__module__}.{function.__qualname__}"

        @wraps(function)
        def keep(key: K) -> R:
            if connections.is_writing():
                return function(None, key)
            kept: _Kept = current_app.extensions.setdefault(name, _Kept())
            result: R = kept.get(key, subject, lambda before: function(before, key))
            return result

        return keep

    return mark


def revision(subject: str) -> int:
    """The revision of *subject*; within one request always the same, unless it reads rows."""
    if not has_request_context():
        return db.revision(subject)
    read = _read_in_request()
    if subject not in read:
        read[subject] = db.revision(subject)
    return read[subject]


def _revision_of_rows(subject: str) -> int:
    """The revision of the rows that this transaction reads, which begins here if need be."""
    current = db.revision_of_rows(subject)
    if has_request_context():
        _read_in_request()[subject] = current
    return current


def _read_in_request() -> dict[str, int]:
    read: dict[str, int] = request.environ.setdefault("onekm.revisions", {})
    return read
