"""The services file: its shape, and what must agree between its parts.

docs/import-formats.md describes it to those who edit it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from pydantic import Field

from core.catalogue.rules import (
    Code,
    Document,
    EnglishName,
    Extra,
    Fact,
    Facts,
    Limit,
    Name,
    Pledge,
    SourceKind,
    Standing,
    Strict,
    Words,
    working_days,
)


class SourceRow(Strict):
    """A source as written: ``of`` names documents of the same file."""

    kind: SourceKind
    of: tuple[str, ...] = ()
    note: Extra = ""
    note_en: Extra = ""


class NoteRow(Strict):
    about: Fact | None = None
    text: Words
    text_en: Extra = ""
    of: tuple[str, ...] = ()


class GroupRow(Strict):
    name: Name
    name_en: EnglishName = ""


class Common(Strict):
    """What holds of every service that says nothing else."""

    standard: tuple[Pledge, ...] = ()
    sources: dict[Fact, SourceRow] = Field(default_factory=dict)


class ServiceRow(Facts):
    code: Code
    name: Name
    name_en: EnglishName = ""
    group: str
    position: int = Field(ge=1, le=9999)
    devolved: bool
    standard: tuple[Pledge, ...] = ()
    notes: tuple[NoteRow, ...] = ()
    sources: dict[Fact, SourceRow] = Field(default_factory=dict)


class ServicesFile(Strict):
    documents: dict[str, Document] = Field(default_factory=dict)
    groups: dict[str, GroupRow] = Field(min_length=1)
    common: Common = Common()
    services: tuple[ServiceRow, ...] = Field(min_length=1)


#: The number of the service in the file, from 0 (None: not a service), the field, the fault.
Fault = tuple[int | None, str, LazyString]


def faults(file: ServicesFile) -> Iterator[Fault]:
    """What is wrong between the parts of a file whose every part is well formed."""
    for field, message in _common_faults(file):
        yield None, f"common.{field}", message
    counts = Counter(row.code for row in file.services)
    for number, row in enumerate(file.services):
        if counts[row.code] > 1:
            yield number, "code", _l("编码重复。")
        for field, message in _service_faults(row, file):
            yield number, field, message


def _common_faults(file: ServicesFile) -> Iterator[tuple[str, LazyString]]:
    for fact, source in file.common.sources.items():
        for message in source_faults(source, file.documents):
            yield f"sources.{fact}", message
        if source.kind is not SourceKind.PROPOSED:
            yield f"sources.{fact}", _l("共同的来源只能是 proposed，各事项的出处写在各事项下。")


def _service_faults(row: ServiceRow, file: ServicesFile) -> Iterator[tuple[str, LazyString]]:
    if row.group not in file.groups:
        yield "group", _l("没有“%(group)s”这个分组。", group=row.group)
    if not row.standard and not file.common.standard:
        yield "standard", _l("缺少此项。")
    if len(set(row.channels)) < len(row.channels):
        yield "channels", _l("经办方式重复。")
    if _longer(row.promised, row.statutory):
        yield "promised", _l("承诺时限长于法定时限。")
    yield from _online_faults(row)
    for number, note in enumerate(row.notes, 1):
        for document in _unknown(note.of, file.documents):
            yield f"notes[{number}].of", _no_document(document)
    yield from _sources_faults(row, file)


def _longer(limit: Limit, other: Limit) -> bool:
    days, others = working_days(limit), working_days(other)
    return days is not None and others is not None and days > others


def _online_faults(row: ServiceRow) -> Iterator[tuple[str, LazyString]]:
    for number, way in enumerate(row.online, 1):
        if not way.by.remote:
            yield f"online[{number}].by", _l("这种方式需要到场。")
        elif way.by not in row.channels:
            yield f"online[{number}].by", _l("经办方式（channels）中没有这一种。")


def _sources_faults(row: ServiceRow, file: ServicesFile) -> Iterator[tuple[str, LazyString]]:
    saying = row.stated()
    for fact in Fact:
        source = row.sources.get(fact)
        if source is None:
            if fact in saying and fact not in file.common.sources:
                yield f"sources.{fact}", _l("缺少来源。")
        elif fact not in saying:
            yield f"sources.{fact}", _l("此项没有内容，不应有来源。")
        else:
            for message in source_faults(source, file.documents):
                yield f"sources.{fact}", message


def source_faults(source: SourceRow, documents: Mapping[str, Document]) -> Iterator[LazyString]:
    """What is wrong with how a fact says where it is from; nothing where all is well."""
    unknown = _unknown(source.of, documents)
    if unknown:
        yield from (_no_document(name) for name in unknown)
        return
    standings = {documents[name].standing for name in source.of}
    if source.kind is SourceKind.ARTICLE and Standing.ARTICLE not in standings:
        yield _l('来源为 article，所列却没有文章（standing = "article"）。')
    if source.kind is SourceKind.DOCUMENT and standings <= {Standing.ARTICLE, Standing.HEARSAY}:
        yield _l("来源为 document，所列却没有足以为据的文件。")
    if source.kind is SourceKind.PROPOSED and not source.note:
        yield _l("拟定的内容要用 note 说明依据。")


def _unknown(names: Iterable[str], documents: Mapping[str, Document]) -> list[str]:
    return [name for name in names if name not in documents]


def _no_document(name: str) -> LazyString:
    return _l("documents 中没有“%(name)s”。", name=name)
