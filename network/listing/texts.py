"""Finding sites by what they are called and where they are, in memory, as many as there are.

What is found is what LIKE would find in the index that each site keeps (``Site.search``), which
takes a second over 700,000 sites; here a name that few have takes 15 milliseconds, a syllable that
all have a quarter of a second.  700,000 sites with a name of 12 characters, an address of 17 and an
English name of 54 letters take 220 MB beside the network.  They are laid out in 4 s, the first time
somebody searches; after a write in half a second, and half a second more for each stretch of sites
in which a name or an address has changed.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Final, TypeAlias

import numpy as np

from core.search import folded
from core.sites.network import Network, Wanted
from network.listing.characters import UNITS, Characters
from network.listing.numbers import Numbers
from network.listing.spelling import Spelling, heard

#: Tells of sites, by their place in the network, which have a word in their index.
Read: TypeAlias = Callable[[Wanted], Wanted]

#: How many sites are laid out together, and of how many stretches the layout is kept.
STRETCH: Final = 1 << 17
MOST_KEPT: Final = 16
#: So few sites are read at once, before anything else is tried.
FEW: Final = 400


class Shelf:
    """The stretches that were laid out, by the texts in them; those not asked for long go."""

    def __init__(self) -> None:
        self._kept: OrderedDict[bytes, Characters] = OrderedDict()

    def characters(self, *columns: Sequence[str]) -> Characters:
        """The texts of a stretch, column by column."""
        texts = [text for each in zip(*columns, strict=True) for text in each]
        key = blake2b("\0".join(texts).encode("utf-8", "surrogatepass")).digest()
        found = self._kept.get(key)
        if found is None:
            found = Characters([folded(text) for text in texts], len(columns))
        self._kept[key] = found
        self._kept.move_to_end(key)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return found


class Texts:
    """The names, addresses and numbers of the sites of a network."""

    def __init__(self, net: Network, shelf: Shelf, stretch: int = STRETCH) -> None:
        rows = net.rows
        columns = (rows.names, rows.names_en, rows.addresses)
        self._stretches = [
            shelf.characters(*(column[first : first + stretch] for column in columns))
            for first in range(0, max(1, len(net)), stretch)
        ]
        self.numbers = Numbers(rows.codes, rows.phones)
        self._counts = sum((each.counts for each in self._stretches), np.zeros(UNITS, np.intp))
        self._heard = heard(np.flatnonzero(self._counts).tolist())
        self._bent = np.concatenate([each.bent for each in self._stretches])
        self._odd = np.concatenate([each.odd for each in self._stretches])

    def having(self, word: str) -> Wanted:
        """Which sites have the word, which is not ASCII, as core.search folds it."""
        return np.concatenate([each.having(word) for each in self._stretches])

    def spelling(self, word: str, read: Read) -> Wanted:
        """Which sites have the word in their index as it stands, in pinyin or as initials.

        How a character sounds in a text cannot always be told without the index, which *read* looks
        into: where one of several sounds would give the word, and where a phrase may bend it.
        """
        found = np.concatenate([each.latin(word) for each in self._stretches])
        doubtful = (self._spelled(word, alone=False) | self._odd) & ~found
        if np.count_nonzero(doubtful) > FEW:
            certain = self._spelled(word, alone=True) & ~self._bent & ~self._odd
            found |= certain
            doubtful &= ~certain
        return found | read(doubtful) if doubtful.any() else found

    def _spelled(self, word: str, *, alone: bool) -> Wanted:
        found = np.zeros(len(self._bent), bool)
        syllables, initials = self._heard.alone if alone else self._heard.every
        # What is no letter is the same as a syllable and as an initial.
        spelled = any("a" <= letter <= "z" for letter in word)
        for known in (syllables, initials) if spelled else (syllables,):
            spelling = Spelling(word, known, self._counts)
            found |= np.concatenate([spelling.found(each) for each in self._stretches])
        return found
