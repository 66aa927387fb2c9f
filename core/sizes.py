"""Sizes of what is sent, as people say them."""

from __future__ import annotations

from typing import Final

MEGABYTE: Final = 1024 * 1024

_UNITS: Final = ((1024**3, "GB"), (MEGABYTE, "MB"), (1024, "KB"))


def size_words(size: int) -> str:
    """A size in bytes as people say it: 12 MB."""
    for unit, name in _UNITS:
        if size >= unit:
            return f"{size / unit:.1f}".removesuffix(".0") + f" {name}"
    return f"{size} B"
