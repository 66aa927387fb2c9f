"""Finding names by Chinese characters, pinyin or initials: one indexed column, searched by LIKE.

The column holds words between blanks, so that a whole word and the beginning of a word can be told
from a match in the middle.  A character with several readings is indexed in all of them (长岛 is
changdao, 单县 is shanxian), each reading varied alone before two are varied at once, up to a bound.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import combinations, islice, product
from typing import Any, TypeAlias

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from pypinyin import Style, lazy_pinyin, pinyin
from pypinyin.phrases_dict import phrases_dict
from pypinyin.style import convert
from sqlalchemy.orm import InstrumentedAttribute

from core.errors import BadInput

#: The longest text that may be searched for, in characters.
MOST_ASKED = 100

# How many readings of one name are indexed, and how many syllables all of them may have together.
_MOST_READINGS = 16
_MOST_SYLLABLES = 256

# What a name ends in to say what kind of place it is, and people leave out when they ask.
_COMMITTEE = re.compile(r"(村民|居民|居|(?<=村))委员?会$|办事处$")
_SUFFIX = re.compile(r"(社区|街道|镇|乡|村|市|(?<!开发)区|县)$")

Text: TypeAlias = sa.ColumnElement[str] | InstrumentedAttribute[str]

# No word of Chinese goes beyond what is not Chinese; whatever that is, it is asked by itself.
_RUNS = re.compile(r"[㐀-鿿豈-﫿〇]+|[^㐀-鿿豈-﫿〇]+")

# What is not Chinese stands for itself, character by character (the library's types forbid it).
_ONE_BY_ONE: Any = list


def index_text(*texts: str) -> str:
    """The searchable form of *texts*: words between single blanks, with a blank at either end.

    Each text gives itself, itself without its generic ending, and both in pinyin and initials.
    """
    words: dict[str, None] = {}
    for text in texts:
        whole = folded(text)
        if whole:
            words.update(dict.fromkeys(_indexed(whole)))
    return f" {' '.join(words)} " if words else ""


def contains(column: Text, text: str) -> sa.ColumnElement[bool]:
    """The condition that every word of *text* occurs in *column*; ``%`` and ``_`` are literal.


    An empty text is contained in everything. Raises BadInput beyond MOST_ASKED characters.
    """
    return sa.and_(sa.true(), *(column.contains(word, autoescape=True) for word in asked(text)))


def rank(column: Text, text: str) -> sa.ColumnElement[int]:
    """How well *column* answers *text*: 0 is a whole word of it, 1 begins one, 2 neither."""
    word = "".join(asked(text))
    return sa.case(
        (column.contains(f" {word} ", autoescape=True), 0),
        (column.contains(f" {word}", autoescape=True), 1),
        else_=2,
    )


def asked(text: str) -> list[str]:
    """The words of what somebody typed, as the index writes them. Raises BadInput if too long."""
    if len(text) > MOST_ASKED:
        raise BadInput(_l("搜索内容太长，最多 %(most)s 个字。", most=MOST_ASKED), field="q")
    return _words(text)


def sought(args: Mapping[str, str]) -> str:
    """What a list is searched for: the ``q`` of its address. Raises BadInput if it is too long."""
    text = args.get("q", "").strip()
    asked(text)
    return text


def _words(text: str) -> list[str]:
    """*text* in one form: compatibility forms and case folded; ü as pinyin keyboards write it."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("ü", "v")
    return folded.replace("\x00", " ").split()


def folded(text: str) -> str:
    """*text* as the index has it whole: in one form, without blanks."""
    return "".join(_words(text))


def stem(name: str) -> str:
    """*name* without the generic ending: 荣成市 is 荣成, 丁夏村村民委员会 is 丁夏."""
    return [name, *_without_ending(name)][-1]


def _indexed(whole: str) -> Iterator[str]:
    names = [whole, *_without_ending(whole)]
    yield from names
    likely = _likely(whole)
    stem = len(names[-1])
    for reading in _readings(whole[:stem], likely[:stem]):
        for syllables in (reading, [*reading, *likely[stem:]]):
            yield "".join(syllables)
            yield "".join(syllable[0] for syllable in syllables)


def _without_ending(name: str) -> list[str]:
    """*name* without what says its kind: 丁夏村村民委员会 is also 丁夏村 and 丁夏."""
    shorter = []
    for ending in (_COMMITTEE, _SUFFIX):
        cut = ending.sub("", name)
        if cut != name and len(cut) > 1:
            shorter.append(cut)
            name = cut
    return shorter


def _likely(whole: str) -> list[str]:
    """The likely reading, one syllable a character; streets and endings are the same in many."""
    return [syllable for run in _RUNS.findall(whole) for syllable in _likely_run(run)]


@lru_cache(maxsize=8192)
def _likely_run(run: str) -> tuple[str, ...]:
    return tuple(lazy_pinyin(run, errors=_ONE_BY_ONE))


def _readings(name: str, likely: list[str]) -> Iterator[list[str]]:
    """Readings of *name*, one syllable a character: the likely one, then those that vary it."""
    others = [
        (place, [other for other in _heteronyms(letter) if other != likely[place]])
        for place, letter in enumerate(name)
    ]
    varied = [(place, readings) for place, readings in others if readings]
    most = max(1, min(_MOST_READINGS, _MOST_SYLLABLES // len(name)))
    return islice(_variants(likely, varied), most)


def _variants(likely: list[str], varied: list[tuple[int, list[str]]]) -> Iterator[list[str]]:
    for count in range(len(varied) + 1):
        for chosen in combinations(varied, count):
            for syllables in product(*(readings for _, readings in chosen)):
                reading = list(likely)
                for (place, _), syllable in zip(chosen, syllables, strict=True):
                    reading[place] = syllable
                yield reading


@lru_cache(maxsize=8192)
def _heteronyms(letter: str) -> tuple[str, ...]:
    read = pinyin(letter, style=Style.NORMAL, heteronym=True, errors=_ONE_BY_ONE)
    return tuple(dict.fromkeys(read[0]))


# -- What a character may sound like, for those who search without the index --------------------


@lru_cache(maxsize=1 << 16)
def sounds(letter: str) -> tuple[str, ...]:
    """All that the index may write for a character, first what it does outside of :func:`phrases`.

    The initials have the first letter of each.
    """
    return tuple(dict.fromkeys((_alone(letter), *_heteronyms(letter), *_within_phrases(letter))))


@lru_cache(maxsize=1)
def phrases() -> Mapping[str, tuple[str, ...]]:
    """The phrases in which some character does not sound as it does alone, with their syllables."""
    plain = lru_cache(maxsize=None)(lambda syllable: convert(syllable, Style.NORMAL, True))
    every = {
        phrase: tuple(plain(readings[0]) for readings in said)
        for phrase, said in phrases_dict.items()
    }
    return {phrase: said for phrase, said in every.items() if said != tuple(map(_alone, phrase))}


@lru_cache(maxsize=1 << 16)
def _alone(letter: str) -> str:
    return _likely_run(letter)[0]


def _within_phrases(letter: str) -> tuple[str, ...]:
    return _by_letter().get(letter, ())


@lru_cache(maxsize=1)
def _by_letter() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for phrase, said in phrases().items():
        for letter, syllable in zip(phrase, said, strict=True):
            found.setdefault(letter, {})[syllable] = None
    return {letter: tuple(heard) for letter, heard in found.items()}
