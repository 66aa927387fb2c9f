"""Finding characters by how they sound, or by the first letters of that, as the index spells them.

The index (core/search.py) has a text in pinyin without blanks, and a word is found in it from any
letter on: *uancu* is in 环翠.  So a word is cut into what single characters can stand for, in every
way at once: a character begins where another ends, the first may have begun before the word and the
last may end after it.  The search starts from the letter of the word that the fewest characters
can have, and goes on from there to the right and to the left.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from core.search import sounds
from core.sites.network import Wanted
from network.listing.characters import UNITS, Characters, Letters, Places

#: From which to which letter of the word.
Span: TypeAlias = tuple[int, int]
#: Which characters sound so.
Sounds: TypeAlias = Mapping[str, Letters]

_SURROGATES: Final = range(0xD800, 0xE000)


class Heard(NamedTuple):
    """The characters of some texts by sound: as each sounds alone, and in every way it may."""

    alone: tuple[Sounds, Sounds]
    every: tuple[Sounds, Sounds]


def heard(letters: Iterable[int]) -> Heard:
    """Each as whole syllables and as initials; only what is ASCII can be asked for."""
    known = {letter: sounds(chr(letter)) for letter in letters if letter not in _SURROGATES}
    alone = {letter: said[:1] for letter, said in known.items()}
    return Heard(
        (_by_sound(alone, None), _by_sound(alone, 1)),
        (_by_sound(known, None), _by_sound(known, 1)),
    )


def _by_sound(known: Mapping[int, tuple[str, ...]], length: int | None) -> Sounds:
    found: dict[str, dict[int, None]] = {}
    for letter, said in known.items():
        for sound in said:
            if sound.isascii() and not sound.isspace():
                found.setdefault(sound[:length], {})[letter] = None
    return {sound: np.array(list(some), np.uint16) for sound, some in found.items()}


class Spelling:
    """All the ways in which characters may spell a word; *counts* is how often each occurs."""

    def __init__(self, word: str, known: Sounds, counts: NDArray[np.intp]) -> None:
        self._length = len(word)
        self._letters: dict[Span, list[Letters]] = {}
        for sound, letters in known.items():
            for span in _spans(word, sound):
                self._letters.setdefault(span, []).append(letters)
        self._counts = counts
        self._tables: dict[Span, Wanted] = {}
        #: Where the next character may end, by where it begins; and the other way round.
        self._onward: tuple[dict[int, list[int]], dict[int, list[int]]] = ({}, {})
        for begin, end in self._letters:
            self._onward[True].setdefault(begin, []).append(end)
            self._onward[False].setdefault(end, []).append(begin)

    @cached_property
    def _first(self) -> list[Span]:
        """The spans over the letter for which there are the fewest characters."""
        weight = {
            span: sum(int(self._counts[some].sum()) for some in letters)
            for span, letters in self._letters.items()
        }
        over = [
            [span for span in weight if span[0] <= place < span[1]] for place in range(self._length)
        ]
        return min(over, key=lambda spans: sum(weight[span] for span in spans))

    def found(self, texts: Characters) -> Wanted:
        """Which sites have characters that spell the word."""
        if not self._first:
            return np.zeros(len(texts), bool)
        every = [self._around(texts, span) for span in self._first]
        return texts.at(np.concatenate(every))

    def _around(self, texts: Characters, span: Span) -> Places:
        places = texts.places(np.unique(np.concatenate(self._letters[span])))
        places = self._to_an_end(texts.letters, places, span, right=True)
        return self._to_an_end(texts.letters, places, span, right=False)

    def _to_an_end(self, letters: Letters, places: Places, span: Span, *, right: bool) -> Places:
        """Those of the places from which the characters go on to the end of the word, or to its
        beginning."""
        done = np.zeros(len(places), bool)
        # Which of the places have come as far, by how far; only those that go on are kept.
        alive = np.arange(len(places))
        reached = {span[right]: np.ones(len(places), bool)}
        step = 0
        while reached:
            if (ended := reached.pop(self._length if right else 0, None)) is not None:
                done[alive[ended]] = True
            step += 1 if right else -1
            here = letters[places[alive] + step]
            further: dict[int, Wanted] = {}
            for at, came in reached.items():
                for onward in self._onward[right].get(at, ()):
                    wanted = came & self._table((at, onward) if right else (onward, at))[here]
                    further[onward] = further[onward] | wanted if onward in further else wanted
            going = np.zeros(len(alive), bool)
            for came in further.values():
                going |= came
            alive = alive[going]
            reached = {at: came[going] for at, came in further.items() if len(alive)}
        return places[done]

    def _table(self, span: Span) -> Wanted:
        found = self._tables.get(span)
        if found is None:
            found = self._tables[span] = np.zeros(UNITS, bool)
            for letters in self._letters[span]:
                found[letters] = True
        return found


def _spans(word: str, sound: str) -> Iterator[Span]:
    """Which letters of the word a character with the sound can stand for."""
    whole = len(word)
    if word in sound:
        yield 0, whole
    for length in range(1, min(whole - 1, len(sound)) + 1):
        if sound.endswith(word[:length]):
            yield 0, length
        if sound.startswith(word[whole - length :]):
            yield whole - length, whole
    place = word.find(sound, 1)
    while 0 < place < whole - len(sound):
        yield place, place + len(sound)
        place = word.find(sound, place + 1)
