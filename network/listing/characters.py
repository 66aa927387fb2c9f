"""Where characters and letters stand in the names and addresses of a stretch of sites.

A database would read every text; here they lie in two arrays.  In the one are the texts with
Chinese characters, and beside it for each character the places where it stands; in the other are
the texts without any, which sound as they are written.  A character of the former takes 6 bytes, a
letter of the latter 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from core.search import phrases
from core.sites.network import Wanted

#: A unit of UTF-16 for each letter, and how many different ones there are.
Letters: TypeAlias = NDArray[np.uint16]
UNITS: Final = 1 << 16
Places: TypeAlias = NDArray[np.int32]

_APART: Final = "\n"
_CODE: Final = "utf-16-le"
# From the first radical on; nothing before it has a reading.
_CHINESE: Final = re.compile("[\u2e80-\U0010ffff]")


class Characters:
    """The texts of some sites, as many of each site, as ``core.search.folded`` has them."""

    def __init__(self, texts: Sequence[str], each: int) -> None:
        chinese = [text if _CHINESE.search(text) else "" for text in texts]
        others = ["" if found else text for found, text in zip(chinese, texts, strict=True)]
        self.letters = np.frombuffer(_laid(chinese).encode(_CODE, "surrogatepass"), np.uint16)
        self._latin = np.frombuffer(_laid(others).encode(), np.uint8)
        self._ends, self._latin_ends = _ends(self.letters, each), _ends(self._latin, each)
        self.counts = np.bincount(self.letters, minlength=UNITS)
        self._latin_counts = np.bincount(self._latin, minlength=1 << 8)
        self._order = np.argsort(self.letters, kind="stable").astype(np.int32)
        self._bounds = np.concatenate(([0], np.cumsum(self.counts)))
        #: The sites in whose texts a phrase may bend a sound; those with rare characters, too.
        self.bent = self._bent()
        self.odd = self.at(self._of(range(0xD800, 0xE000)))

    def __len__(self) -> int:
        return len(self._ends)

    def having(self, word: str) -> Wanted:
        """Which sites have the word, as core.search folds it, in one of their texts."""
        found = self.latin(word) if not _CHINESE.search(word) else np.zeros(len(self), bool)
        units = _units(word)
        rarest = int(np.argmin(self.counts[units]))
        places = self._of([int(units[rarest])]) - rarest
        places = places[(places >= 0) & (places <= len(self.letters) - len(units))]
        for number, unit in enumerate(units.tolist()):
            places = places[self.letters[places + number] == unit]
        return found | self.at(places)

    def latin(self, word: str) -> Wanted:
        """Which sites have the word in a text without Chinese characters."""
        units = np.frombuffer(word.encode(), np.uint8)
        places = occurrences(self._latin, self._latin_counts, units)
        found = np.zeros(len(self), bool)
        found[np.searchsorted(self._latin_ends, places, "right")] = True
        return found

    def places(self, letters: Letters) -> Places:
        """Where any of the letters stands in a Chinese text."""
        return self._of(letters.tolist())

    def at(self, places: Places) -> Wanted:
        """The sites of places in Chinese texts."""
        found = np.zeros(len(self), bool)
        found[np.searchsorted(self._ends, places, "right")] = True
        return found

    def _of(self, letters: Iterable[int]) -> Places:
        bounds = self._bounds
        parts = [self._order[bounds[letter] : bounds[letter + 1]] for letter in letters]
        return np.concatenate(parts or [self._order[:0]])

    def _bent(self) -> Wanted:
        """The sites in whose texts a phrase stands in which a character sounds otherwise."""
        tails = _tails()
        heads = np.fromiter(tails, np.uint32, len(tails))
        places = self.places(np.unique(heads >> 16).astype(np.uint16))
        pairs = (self.letters[places].astype(np.uint32) << 16) | self.letters[places + 1]
        among = np.isin(pairs, heads)
        places, pairs = places[among], pairs[among]
        found = [self._going_on(places[pairs == head], tails[head]) for head in np.unique(pairs)]
        return self.at(np.concatenate([places[:0], *found]))

    def _going_on(self, places: Places, tails: Sequence[Letters]) -> Places:
        """Those of the places at which any of the phrases goes on after its first two letters."""
        found = np.zeros(len(places), bool)
        for tail in tails:
            same = places + 1 + len(tail) < len(self.letters)
            for number, letter in enumerate(tail.tolist(), 2):
                same[same] = self.letters[places[same] + number] == letter
            found |= same
        return places[found]


def _laid(texts: Sequence[str]) -> str:
    """The texts one after another, a mark after each."""
    return "".join([f"{text}{_APART}" for text in texts])


def _ends(laid: NDArray[np.uint8] | Letters, each: int) -> Places:
    """Where the texts of each site end."""
    return (np.flatnonzero(laid == ord(_APART))[each - 1 :: each] + 1).astype(np.int32)


@lru_cache(maxsize=1)
def _tails() -> Mapping[int, Sequence[Letters]]:
    """The phrases that bend a sound: what follows by the first two units, as one number."""
    found: dict[int, list[Letters]] = {}
    for phrase in phrases():
        first, second, *rest = _units(phrase).tolist()
        found.setdefault(first << 16 | second, []).append(np.array(rest, np.uint16))
    return found


def _units(text: str) -> Letters:
    return np.frombuffer(text.encode(_CODE, "surrogatepass"), np.uint16)


def occurrences(
    texts: NDArray[np.uint8], counts: NDArray[np.intp], word: NDArray[np.uint8]
) -> NDArray[np.intp]:
    """Where the word begins: its rarest letters are compared with all, the rest with what is left.

    *counts* says how often each letter occurs.
    """
    last = len(texts) - len(word) + 1
    if last <= 0:
        return np.empty(0, np.intp)
    rare = np.argsort(counts[word], kind="stable").tolist()
    mask = np.ones(last, bool)
    for place in rare[:3]:
        mask &= texts[place : place + last] == word[place]
    places = np.flatnonzero(mask)
    for place in rare[3:]:
        places = places[texts[places + place] == word[place]]
    return places
