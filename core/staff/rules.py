"""Members of staff, and the duties in which they are posted to sites."""

from __future__ import annotations

from typing import Final

from flask_babel import lazy_gettext as _l

from core.errors import BadInput
from core.labels import Labelled
from core.sites.rules import is_site_code, site_code

MOST_NAME: Final = 40
#: What is on record of a site once anybody is said to be posted there, or nobody.
POSTINGS: Final = "posting"


class Duty(Labelled):
    """As what somebody works at a site."""

    GUIDE = "guide", _l("引导员")
    COMPREHENSIVE = "comprehensive", _l("综合柜员")
    CLERK = "clerk", _l("专窗柜员")
    AGENT = "agent", _l("帮办代办员")
    MANAGER = "manager", _l("负责人")


DUTIES: Final = tuple(Duty)


def member_code(serial: int) -> str:
    """The code of the member with this serial number: R, six digits and one to check them."""
    return f"R{site_code(serial)}"


def is_member_code(text: str) -> bool:
    return text[:1] == "R" and is_site_code(text[1:])


def name(text: str) -> str:
    """A name as it is kept. Raises BadInput."""
    found = " ".join(text.split())
    if not found or not found.isprintable():
        raise BadInput(_l("请填写姓名。"), field="name")
    if len(found) > MOST_NAME:
        raise BadInput(_l("内容太长，最多 %(most)s 个字。", most=MOST_NAME), field="name")
    return found
