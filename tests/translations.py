"""Whether the English catalogue says everything that the source says, and nothing else.

Run by ``make lint``; names each message that is missing, empty, uncertain or left over.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "core" / "translations"
CATALOGUE = FOLDER / "en" / "LC_MESSAGES" / "messages.po"
KEYWORDS = {
    "_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}


def said() -> set[str]:
    """Every message in the source."""
    with (FOLDER / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]  # Babel's
    found = extract_from_dir(str(ROOT), methods, options, keywords=KEYWORDS)
    return {_single(message) for _file, _line, message, _comments, _context in found}


def _single(message: str | Sequence[str]) -> str:
    return message if isinstance(message, str) else message[0]


def faults() -> list[str]:
    """What is wrong with the catalogue, a line each."""
    with CATALOGUE.open("rb") as file:
        catalogue: Catalog = read_po(file, locale="en")
    source = said()
    told = {_single(entry.id): entry for entry in catalogue if entry.id}
    lines = [f"missing: {message}" for message in sorted(source - told.keys())]
    if catalogue.fuzzy:
        # Without a header it would not be compiled, and every page would be in Chinese.
        lines.append("uncertain: the header")
    lines += [f"left over: {message}" for message in sorted(told.keys() - source)]
    for message in sorted(source & told.keys()):
        entry = told[message]
        texts = [entry.string] if isinstance(entry.string, str) else list(entry.string or [""])
        if not all(texts):
            lines.append(f"untranslated: {message}")
        elif entry.fuzzy:
            lines.append(f"uncertain: {message}")
    lines += [
        f"{fault}: {_single(entry.id)}" for entry, found in catalogue.check() for fault in found
    ]
    return lines


if __name__ == "__main__":
    found = faults()
    print("\n".join(found) or "the English catalogue is complete")
    sys.exit(bool(found))
