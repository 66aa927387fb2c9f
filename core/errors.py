"""What can go wrong by somebody's doing, as exceptions that a page, the API and a command all tell.

A message is a lazy translation: it is written where the fault is found and read in the language of
whoever asks.  ``field`` names the input at fault, ``code`` is stable and meant for programs.
"""

from __future__ import annotations

from typing import ClassVar


class OneKmError(Exception):
    """Anything the product says no to. ``status`` is the HTTP status a request gets for it."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "error"

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field

    def __str__(self) -> str:
        return str(self.message)


class BadInput(OneKmError):
    """A value that cannot be what it was given for."""

    status = 400
    code = "bad_input"


class NotFound(OneKmError):
    """There is no such thing, or it is not for this person to know that there is."""

    status = 404
    code = "not_found"


class Forbidden(OneKmError):
    """The person is known and may not do this."""

    status = 403
    code = "forbidden"


class Conflict(OneKmError):
    """Somebody changed the thing in between."""

    status = 409
    code = "conflict"


class Busy(OneKmError):
    """The database is taken for longer than we let anybody wait; asking again will do."""

    status = 503
    code = "busy"


class Full(OneKmError):
    """There is no room left to keep what was sent."""

    status = 507
    code = "full"
