"""Lists page by page: which part is asked for, in what order, and how many there are."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from flask_babel import lazy_gettext as _l

from core.errors import BadInput
from core.forms import whole_number

#: How many rows a page shows.
PER_PAGE: Final = 50
_LAST: Final = 10**6


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is asked for; the first page is 1."""

    #: How many rows may be asked for where one may choose; the first is the usual.
    SIZES: ClassVar = (20, 50, 100, 200)

    number: int
    size: int = PER_PAGE

    @property
    def bounds(self) -> slice:
        return slice((self.number - 1) * self.size, self.number * self.size)

    def query(self, number: int) -> dict[str, Any]:
        """What another page of the same size adds to an address; the usual is left out."""
        told = {"per_page": self.size} if self.size != self.SIZES[0] else {}
        return told | ({"page": number} if number > 1 else {})


def pages_of(total: int, size: int = PER_PAGE) -> int:
    """How many pages so many rows fill; at least one."""
    return max(1, -(-total // size))


def page_number(args: Mapping[str, str], pages: int = _LAST) -> int:
    """``page``: which of *pages*. Raises BadInput."""
    number = whole_number(args.get("page") or "1", "page")
    if not 1 <= number <= max(1, pages):
        raise BadInput(_l("没有这一页。"), field="page")
    return number


def page(args: Mapping[str, str]) -> Page:
    """``page`` and ``per_page``, which is one of Page.SIZES. Raises BadInput."""
    size = whole_number(args.get("per_page") or str(Page.SIZES[0]), "per_page")
    if size not in Page.SIZES:
        known = "、".join(map(str, Page.SIZES))
        raise BadInput(_l("每页条数应为 %(known)s 之一。", known=known), field="per_page")
    return Page(page_number(args), size)


def asked_order(args: Mapping[str, str], known: Collection[str], usual: str) -> str:
    """``sort``: by which of *known* a list is put in order. Raises BadInput."""
    name = args.get("sort") or usual
    if name not in known:
        raise BadInput(_l("没有这种排序。"), field="sort")
    return name
