"""What a service is: the six unified facts, what can be done without coming, and their sources.

The six facts are those of Zibo's list (六统一): name, materials, channels, steps, limits and the
standard of service.  Every fact names its source, and what no source names is marked as proposed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final, Literal

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from core.labels import Labelled

#: The national ceiling on the kinds of material one service may ask for.
MOST_MATERIALS: Final = 4

_NO_CONTROLS: Final = r"^[^\x00-\x1f\x7f]*$"
Words = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=_NO_CONTROLS),
]
Extra = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=500, pattern=_NO_CONTROLS)
]
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=_NO_CONTROLS),
]
EnglishName = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=200, pattern=_NO_CONTROLS)
]
#: 002036, then three digits of the main item and three of the sub-item.
CODE: Final = r"^002036[0-9]{6}$"
Code = Annotated[str, StringConstraints(pattern=CODE)]
#: Working days, or done at once, or nobody has said.
Limit = Literal["immediate", "unknown"] | Annotated[int, Field(ge=1, le=365)]
Mode = Literal["direct", "assisted"]
StationKind = Literal["convenience_centre", "designated_provider", "village_clinic", "community"]


class Channel(Labelled):
    """By which way a request comes in (经办方式)."""

    WINDOW = "window", _l("服务大厅窗口")
    STATION = "station", _l("基层工作站")
    SELF_SERVICE = "self_service", _l("自助机")
    WEBSITE = "website", _l("网站")
    APP = "app", _l("手机 APP")
    MINIPROGRAM = "miniprogram", _l("小程序")
    PHONE = "phone", _l("电话")
    POST = "post", _l("邮寄")

    @property
    def remote(self) -> bool:
        """Whether nobody need come for it."""
        return self not in {Channel.WINDOW, Channel.STATION, Channel.SELF_SERVICE}


class Standing(Labelled):
    """How far a document can be relied on."""

    ARTICLE = "article", _l("文章")
    OFFICIAL = "official", _l("政府网站或正式文本")
    PRESS = "press", _l("报刊或标准文本网站")
    COPY = "copy", _l("转载")
    HEARSAY = "hearsay", _l("不足为据")


class SourceKind(Labelled):
    """Who says so: the articles on the two cities, another document, or nobody yet."""

    ARTICLE = "article", _l("文章明列")
    DOCUMENT = "document", _l("文件所载")
    PROPOSED = "proposed", _l("拟定")


class Fact(StrEnum):
    """The facts of a service that carry a source of their own."""

    CODE = "code"
    NAME = "name"
    GROUP = "group"
    DEVOLVED = "devolved"
    MATERIALS = "materials"
    CHANNELS = "channels"
    STEPS = "steps"
    STATUTORY = "statutory"
    PROMISED = "promised"
    STANDARD = "standard"
    ONLINE = "online"
    MODES = "modes"


class Strict(BaseModel):
    """Nothing guessed, nothing extra, nothing changed afterwards."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Document(Strict):
    """Something that was read. ``date`` is as printed, a year or more; ``read_at`` where."""

    title: Words
    title_en: Extra = ""
    date: Extra = ""
    read_at: Extra = ""
    standing: Standing


class Source(Strict):
    """Where a fact comes from; of a fact in parts, the weakest part decides the kind."""

    kind: SourceKind
    documents: tuple[Document, ...] = ()
    note: Extra = ""
    note_en: Extra = ""


class Material(Strict):
    """One thing to bring."""

    name: Words
    name_en: Extra = ""
    note: Extra = ""
    note_en: Extra = ""


class Step(Strict):
    name: Words
    name_en: Extra = ""


class Pledge(Strict):
    """One sentence of the standard of service."""

    text: Words
    text_en: Extra = ""


class Online(Strict):
    """One way of having it done without coming."""

    by: Channel
    how: Words
    how_en: Extra = ""


class Modes(Strict):
    """How stations usually offer the service, and the kinds of station that do otherwise."""

    usual: Mode
    at: dict[StationKind, Mode] = Field(default_factory=dict)

    def of(self, kind: str) -> Mode:
        """The mode usual at a station of this kind."""
        return next((mode for station, mode in self.at.items() if station == kind), self.usual)


class Note(Strict):
    """Something to know beside a fact; without documents it is proposed."""

    about: Fact | None = None
    text: Words
    text_en: Extra = ""
    documents: tuple[Document, ...] = ()


class Facts(Strict):
    """The facts themselves, as the file and the database both have them."""

    materials: tuple[Material, ...]
    channels: tuple[Channel, ...] = Field(min_length=1)
    steps: tuple[Step, ...] = Field(min_length=1)
    statutory: Limit
    promised: Limit
    online: tuple[Online, ...] = ()
    modes: Modes | None = None

    def stated(self) -> frozenset[Fact]:
        """The facts that say something and so need a source; "nothing to bring" says something."""
        silent = {
            Fact.STATUTORY: self.statutory == "unknown",
            Fact.PROMISED: self.promised == "unknown",
            Fact.ONLINE: not self.online,
            Fact.MODES: self.modes is None,
        }
        return frozenset(fact for fact in Fact if not silent.get(fact, False))


class ServiceFacts(Facts):
    """What holds of a service from one day to another, as it is stored."""

    standard: tuple[Pledge, ...] = Field(min_length=1)
    notes: tuple[Note, ...] = ()


Sources = dict[Fact, Source]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A service as the file has it; ``position`` is its place in lists, lowest first."""

    code: str
    name: str
    name_en: str
    group: str
    group_en: str
    position: int
    devolved: bool
    facts: ServiceFacts
    sources: Sources

    def source(self, fact: str) -> Source | None:
        """Who says so; None for what nobody has said, as an unknown limit."""
        return self.sources.get(Fact(fact))


@dataclass(frozen=True, slots=True, kw_only=True)
class Service(Entry):
    """A service as it is on one day."""

    id: int


def working_days(limit: Limit) -> int | None:
    """The limit in working days, 0 if it is done at once, None if nobody has said."""
    if isinstance(limit, int):
        return limit
    return 0 if limit == "immediate" else None


def limit_label(limit: Limit) -> LazyString:
    """The limit in words."""
    if isinstance(limit, int):
        return _l("%(days)s 个工作日", days=limit)
    return _l("即时办结") if limit == "immediate" else _l("未公布")
