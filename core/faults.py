"""What went wrong, as it is told: a page for people, JSON for programs, a line in the log."""

from __future__ import annotations

import logging
from typing import Final

import sqlalchemy as sa
from flask import Flask, Response, render_template, request
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import HTTPException, SecurityError

from core import access, api, connections
from core.errors import BadInput, Busy, Conflict, Full, NotFound, OneKmError
from core.sizes import size_words

log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    for error in (OneKmError, HTTPException, sa.exc.OperationalError, Exception):
        app.register_error_handler(error, answer)


def answer(error: Exception) -> tuple[str | Response, int, dict[str, str]]:
    """What went wrong: a page for people, JSON for who reads none."""
    fault, headers = _told(error)
    # No form of a page can PUT: a script asks, and reads no pages.
    if request.path.startswith("/api/") or request.method == "PUT":
        return api.error(fault), fault.status, headers
    if isinstance(error, SecurityError):  # under another's name no address of ours can be made
        return str(fault), fault.status, headers | {"Content-Type": "text/plain; charset=utf-8"}
    return render_template("error.html", fault=fault), fault.status, headers


def in_json(error: Exception) -> tuple[Response, int, dict[str, str]]:
    """What went wrong, for who reads no pages: the error handler of blueprints for scripts."""
    fault, headers = _told(error)
    return api.error(fault), fault.status, headers


def _told(error: Exception) -> tuple[OneKmError, dict[str, str]]:
    fault = _fault(error)
    headers = {"Cache-Control": "no-store"}
    if fault.status in _PASSING:
        headers["Retry-After"] = _PASSING[fault.status]
    return fault, headers


#: After how many seconds it may be tried again, where what is wrong passes.
_PASSING: Final = {503: "2", 507: "300"}


def _fault(error: Exception) -> OneKmError:
    """What to tell about *error*; what nobody foresaw is logged and told as our own fault."""
    if isinstance(error, OneKmError):
        return error
    if isinstance(error, HTTPException):
        return _http_fault(error)
    told = _of_the_database(error) if isinstance(error, sa.exc.DBAPIError | OSError) else None
    if told is not None:
        log.warning("%s at %s %s", told.code, request.method, request.path, exc_info=error)
        return told
    log.exception("unforeseen at %s %s", request.method, request.path, exc_info=error)
    return Unforeseen(_l("系统出了错，已经记录。请稍后再试，或拨打服务热线。"))


def _of_the_database(error: sa.exc.DBAPIError | OSError) -> OneKmError | None:
    """What the database or the disk refuses through nobody's mistake of ours."""
    if connections.full(error):
        return Full(_l("存储空间已满，这一次没有保存。请稍后再试，或告诉系统管理员。"))
    if isinstance(error, sa.exc.OperationalError) and connections.busy(error):
        return Busy(_l("系统正忙，请过几秒再试。"))
    if isinstance(error, sa.exc.IntegrityError) and connections.collided(error):
        return Conflict(_l("有人同时做了同样的改动，这一次没有保存。请刷新页面，核对后再试。"))
    if isinstance(error, sa.exc.DataError):
        return BadInput(_l("提交的内容中有不能保存的字符或数。"))
    return None


class Unforeseen(OneKmError):
    status = 500
    code = "internal"


class Refused(OneKmError):
    """An HTTP refusal of the framework's own, in the language of the page."""

    code = "refused"

    def __init__(self, message: LazyString, status: int) -> None:
        super().__init__(message)
        self.status = status  # type: ignore[misc]  # each refusal has its own


def _http_fault(error: HTTPException) -> OneKmError:
    messages = {
        404: _l("没有这个页面。可能是地址有误，或该内容已经移走。"),
        405: _l("此地址不接受这种请求。"),
        413: _l(
            "提交的内容太大，这里最多 %(size)s。请减少或压缩后再提交。",
            size=size_words(request.max_content_length or access.MOST_SENT),
        ),
        414: _l("地址太长。"),
    }
    status = error.code or 500
    if status == 404:
        return NotFound(messages[404])
    return Refused(messages.get(status, _l("请求无法处理。")), status)
