"""What the journeys look for on the pages: the words of the source, in the language spoken."""

from __future__ import annotations

import gettext
from collections.abc import Callable
from functools import cache
from pathlib import Path

TRANSLATIONS = Path(__file__).parents[2] / "core" / "translations"


def speech(language: str) -> Callable[[str], str]:
    """What turns a message of the source into *language*; a message not translated is a fault."""
    return str if language == "zh" else _english


def _english(message: str) -> str:
    translated = _catalogue().gettext(message)
    assert translated != message, f"not in the English catalogue: {message}"
    return translated


@cache
def _catalogue() -> gettext.NullTranslations:
    return gettext.translation("messages", TRANSLATIONS, languages=["en"])
