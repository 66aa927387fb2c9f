"""Which row of a sheet holds the headings, and which column is which."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from core.i18n import in_both
from core.sheets.problems import Words, keep
from core.sheets.reading import Hidden, SheetRow
from core.sheets.words import ABOUT, folded, without_brackets

#: Among how many rows from the top the headings are looked for, and how many must be known.
LOOKED_AT: Final = 20
FEWEST: Final = 2


@dataclass(frozen=True, slots=True)
class Layout:
    """The headings of a sheet: in which line they stand, in which the rows begin.

    ``headings`` are the texts from the first column on, ``columns`` the code of each, or None.
    """

    sheet: str
    line: int
    first: int
    headings: tuple[str, ...]
    columns: tuple[str | None, ...]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> Layout:
        texts = {name: tuple(kept[name]) for name in ("headings", "columns")}
        return cls(kept["sheet"], kept["line"], kept["first"], **texts)

    def place_of(self, code: str) -> int | None:
        """The number of the column with this code."""
        return self.columns.index(code) if code in self.columns else None


class Tops:
    """Remembers how each sheet begins while its rows pass by, and what of the file is not read."""

    def __init__(self) -> None:
        self.sheets: dict[str, list[SheetRow]] = {}
        self.notices: list[Words] = []

    def passing(self, rows: Iterable[SheetRow | Hidden]) -> Iterator[SheetRow]:
        """The same rows, without those of which only the name is told."""
        for row in rows:
            if isinstance(row, Hidden):
                self.notices.append(keep(_l("隐藏的工作表“%(sheet)s”没有读。", sheet=row.sheet)))
                continue
            top = self.sheets.setdefault(row.sheet, [])
            if len(top) <= LOOKED_AT:
                top.append(row)
            yield row

    def layouts(self, known: Mapping[str, str], parted: Collection[str] = ()) -> list[Layout]:
        """The layouts of those sheets that have one; the others are noted. As :func:`find`."""
        found: list[Layout] = []
        for sheet, rows in self.sheets.items():
            layout = find(rows, known, parted)
            if layout is not None:
                found.append(layout)
            elif len(self.sheets) > 1 and sheet not in in_both(ABOUT):
                told = _l("工作表“%(sheet)s”里没有认出列名，没有读。", sheet=sheet)
                self.notices.append(keep(told))
        return found


def find(
    rows: Sequence[SheetRow], known: Mapping[str, str], parted: Collection[str] = ()
) -> Layout | None:
    """The layout of a sheet that begins with *rows*; None where no row looks like headings.

    *known* has the code of a column by its folded heading (``columns.recognised``), *parted* those
    that may come more than once.  A title may stand above; a second row of headings goes before
    the first where it says more.
    """
    scored = [(len(set(_codes(row, known)) - {None}), -number) for number, row in enumerate(rows)]
    best, place = max(scored, default=(0, 0))
    if best < FEWEST:
        return None
    row = rows[-place]
    headings, columns = _texts(row), _codes(row, known)
    first = row.line + 1
    below = rows[1 - place] if 1 - place < len(rows) else None
    if below is not None and below.line == first and _second(columns, below, known):
        headings, columns = _joined(headings, columns, _texts(below), _codes(below, known))
        first += 1
    return Layout(row.sheet, row.line, first, tuple(headings), tuple(_once(columns, parted)))


def _texts(row: SheetRow) -> list[str]:
    return [" ".join(cell.split()) if isinstance(cell, str) else "" for cell in row.cells]


def _codes(row: SheetRow, known: Mapping[str, str]) -> list[str | None]:
    return [_code(text, known) if text else None for text in _texts(row)]


def _code(text: str, known: Mapping[str, str]) -> str | None:
    return known.get(folded(text)) or known.get(folded(without_brackets(text)))


def _second(columns: list[str | None], below: SheetRow, known: Mapping[str, str]) -> bool:
    """Whether the row below is a second row of headings: it names nothing, and columns."""
    names = [number for number, code in enumerate(columns) if code == "name"]
    texts, codes = _texts(below), _codes(below, known)
    named = any(number < len(texts) and texts[number] for number in names)
    new = [code for code in codes if code is not None and code not in columns]
    return bool(new) and (not named or codes[names[0]] == "name")


def _joined(
    upper: list[str], codes: list[str | None], lower: list[str], below: list[str | None]
) -> tuple[list[str], list[str | None]]:
    width = max(len(upper), len(lower))
    upper, lower = _padded(upper, "", width), _padded(lower, "", width)
    codes, below = _padded(codes, None, width), _padded(below, None, width)
    return (
        [low or up for up, low in zip(upper, lower, strict=True)],
        [low or up for up, low in zip(codes, below, strict=True)],
    )


def _padded(values: list[Any], filler: Any, width: int) -> list[Any]:
    return values + [filler] * (width - len(values))


def _once(columns: Sequence[str | None], parted: Collection[str]) -> list[str | None]:
    """The same, a column that comes twice only where it comes first, unless it is in parts."""
    seen: set[str] = set()
    kept: list[str | None] = []
    for code in columns:
        kept.append(None if code in seen else code)
        if code is not None and code not in parted:
            seen.add(code)
    return kept
