"""Finding characters in the names and addresses of as many sites as there are.

A database would read every row; here all texts lie in one array, which is compared at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.search import folded
from core.sites.network import Network, Wanted

_APART: Final = "\n"
_CODE: Final = "utf-16-le"


class Characters:
    """What the sites of a network are called and where they are, one text after another."""

    def __init__(self, net: Network) -> None:
        rows = net.rows
        texts = [
            f"{_kept(name)}{_APART}{_kept(name_en)}{_APART}{_kept(address)}{_APART}"
            for name, name_en, address in zip(
                rows.names, rows.names_en, rows.addresses, strict=True
            )
        ]
        written = [text.encode(_CODE, "surrogatepass") for text in texts]
        #: Where the text of each site ends.
        self._ends = np.cumsum(np.fromiter(map(len, written), np.int64, len(written))) // 2
        self._letters = np.frombuffer(b"".join(written), np.uint16)

    def having(self, words: Iterable[str]) -> Wanted:
        """Which sites have every one of the words, each as core.search folds it."""
        found = np.ones(len(self._ends), bool)
        for word in words:
            found &= self._having(np.frombuffer(word.encode(_CODE, "surrogatepass"), np.uint16))
        return found

    def _having(self, word: NDArray[np.uint16]) -> Wanted:
        places = np.flatnonzero(
            self._letters[: max(0, len(self._letters) - len(word) + 1)] == word[0]
        )
        for number, letter in enumerate(word[1:].tolist(), 1):
            places = places[self._letters[places + number] == letter]
        found = np.zeros(len(self._ends), bool)
        found[np.searchsorted(self._ends, places, "right")] = True
        return found


def _kept(text: str) -> str:
    """The text as it is searched; nobody asks here for what is ASCII alone."""
    return "" if text.isascii() else folded(text)
