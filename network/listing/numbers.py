"""The codes and telephones of as many sites as there are: about 20 bytes a site."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from core.sites.network import Wanted
from network.listing.characters import occurrences

_APART: Final = "\n"
_NO_DIGIT: Final = "/"
_BETWEEN_DIGITS: Final = " -"


def bare(number: str) -> str:
    """A telephone without what people write between its digits."""
    for letter in _BETWEEN_DIGITS:
        number = number.replace(letter, "")
    return number


class Numbers:
    def __init__(self, codes: Sequence[str], phones: Sequence[str]) -> None:
        written = np.array(codes, "S") if codes else np.empty(0, "S1")
        digits = written.view(np.uint8).reshape(len(written), written.itemsize)
        self._digits = np.asfortranarray(digits)
        laid = "".join([f"{phone.replace(_APART, _NO_DIGIT)}{_APART}" for phone in phones])
        self._phones = np.frombuffer(bare(laid).encode(), np.uint8)
        self._ends = np.flatnonzero(self._phones == ord(_APART)).astype(np.int32) + 1
        self._counts = np.bincount(self._phones, minlength=1 << 8)

    def code_begins(self, digits: str) -> Wanted:
        """Which sites have a code that begins so."""
        found = np.full(len(self._digits), len(digits) <= self._digits.shape[1])
        if len(digits) <= self._digits.shape[1]:
            for place, digit in enumerate(digits.encode()):
                found &= self._digits[:, place] == digit
        return found

    def phone_has(self, digits: str) -> Wanted:
        """Which sites have a telephone with these digits one after another."""
        found = np.zeros(len(self._ends), bool)
        word = np.frombuffer(digits.encode(), np.uint8)
        places = occurrences(self._phones, self._counts, word)
        found[np.searchsorted(self._ends, places, "right")] = True
        return found
