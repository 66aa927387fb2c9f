"""Reading what is sent of a visit: a record as JSON, strictly, or an ordinary form of the page."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)
from werkzeug.datastructures import MultiDict

from core.errors import BadInput
from core.files.rules import MOST_PHOTO
from core.forms import moment, whole_number
from core.jsontext import read_json
from standards.inspections.rules import (
    DUE_DAYS,
    MOST_ANSWERS,
    MOST_NOTE,
    MOST_PHOTOS,
    MOST_RECORD,
    MOST_SIGNER,
    MOST_STANDARDS,
    MOST_WORDS,
    Answer,
    Arrival,
    Photo,
    PhotoKind,
    Record,
    Side,
    Signature,
    Unusable,
    canonical,
)
from standards.rules import Result

# What a person writes: no control characters but the end of a line; and what a program writes.
_Line = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=MOST_SIGNER, min_length=1)
]
_Note = Annotated[str, StringConstraints(max_length=MOST_NOTE)]
_Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
_Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
_SiteCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,7}$")]
_Degrees = Annotated[float, Field(allow_inf_nan=False)]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class _Answer(_Strict):
    standard: _Code
    criterion: _Code
    result: Literal["pass", "fail", "not_applicable"]
    note: _Note = ""
    reason: _Note = ""
    due_days: int | None = None


class _Photo(_Strict):
    sha256: _Hash
    size: Annotated[int, Field(gt=0, le=MOST_PHOTO)]
    kind: Literal["evidence", "signature"] = "evidence"
    key: Annotated[str, StringConstraints(max_length=130)] = ""


class _Signature(_Strict):
    side: Literal["inspector", "site"]
    name: _Line
    at: AwareDatetime
    sha256: _Hash | Literal[""] = ""


class _Arrival(_Strict):
    lat: Annotated[_Degrees, Field(ge=-90, le=90)]
    lon: Annotated[_Degrees, Field(ge=-180, le=180)]
    accuracy: Annotated[float, Field(allow_inf_nan=False, ge=0, le=1e7)] | None = None


class _Record(_Strict):
    site: _SiteCode
    versions: Annotated[dict[_Code, _Hash], Field(min_length=1, max_length=MOST_STANDARDS)]
    started_at: AwareDatetime
    finished_at: AwareDatetime | None = None
    arrival: _Arrival | None = None
    answers: Annotated[list[_Answer], Field(max_length=MOST_ANSWERS)]
    photos: Annotated[list[_Photo], Field(max_length=MOST_PHOTOS)] = []
    signatures: Annotated[list[_Signature], Field(max_length=2)] = []
    words: Annotated[str, StringConstraints(max_length=MOST_WORDS)] = ""


def record(data: bytes) -> Record:
    """The record that *data* (JSON) holds. Raises Unusable, naming the place in it.

    It is kept, and known again, byte by byte as it was sent.
    """
    if len(data) > MOST_RECORD:
        raise Unusable(_l("检查记录太大。"), field="record")
    try:
        read_json(data)
        read = _Record.model_validate_json(data)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        path = ".".join(str(part) for part in fault["loc"])
        raise _wrong(path, fault["type"]) from None
    except BadInput:
        raise Unusable(_l("检查记录不是可读的 JSON。"), field="record") from None
    _check(read)
    return replace(_record(read), body=data.decode())


def _wrong(path: str, kind: str) -> Unusable:
    return Unusable(
        _l("检查记录的 %(path)s 有误：%(what)s", path=path, what=_what(kind)), field=path
    )


def _what(kind: str) -> LazyString:
    return _FAULTS.get(kind) or _l("内容不合要求。")


_FAULTS: Final = {
    "missing": _l("缺少此项。"),
    "extra_forbidden": _l("没有这一项。"),
    "string_too_long": _l("太长。"),
    "too_long": _l("太多。"),
    "timezone_aware": _l("时间要带时区。"),
    "literal_error": _l("没有这个选项。"),
}


def _check(read: _Record) -> None:
    """What one part of a record says of another."""
    for number, answer in enumerate(read.answers):
        if answer.due_days is not None and answer.due_days not in DUE_DAYS:
            raise _wrong(f"answers.{number}.due_days", "literal_error")
        if not _readable(answer.note + answer.reason):
            raise _wrong(f"answers.{number}", "characters")
    if not _readable(read.words):
        raise _wrong("words", "characters")
    moments = {"started_at": read.started_at, "finished_at": read.finished_at}
    moments |= {f"signatures.{one.side}.at": one.at for one in read.signatures}
    for name, at in moments.items():
        if at is not None and not 1900 <= at.year < 2200:  # no clock shows that
            raise _wrong(name, "time")
    if _repeats(photo.sha256 for photo in read.photos):
        raise Unusable(_l("同一张照片在记录中出现了两次。"), field="photos")
    _check_signatures(read)


def _check_signatures(read: _Record) -> None:
    drawn = {photo.sha256 for photo in read.photos if photo.kind == "signature"}
    if {one.sha256 for one in read.signatures if one.sha256} != drawn:
        raise Unusable(_l("签名与签名图片对不上。"), field="signatures")
    if _repeats(one.side for one in read.signatures):
        raise Unusable(_l("同一方签了两次。"), field="signatures")
    if not all(one.name.isprintable() for one in read.signatures):
        raise _wrong("signatures", "characters")


def _repeats(values: Iterable[str]) -> bool:
    listed = list(values)
    return len(set(listed)) != len(listed)


def _readable(text: str) -> bool:
    return all(letter.isprintable() or letter in "\n\r\t\u3000\u00a0" for letter in text)


def _record(read: _Record) -> Record:
    arrival = read.arrival
    return Record(
        site=read.site,
        versions=dict(read.versions),
        started_at=read.started_at,
        finished_at=read.finished_at,
        arrival=None if arrival is None else Arrival(arrival.lat, arrival.lon, arrival.accuracy),
        answers=tuple(
            Answer(
                one.standard,
                one.criterion,
                Result(one.result),
                one.note.strip(),
                one.reason.strip(),
                one.due_days,
            )
            for one in read.answers
        ),
        photos=tuple(
            Photo(one.sha256, one.size, PhotoKind(one.kind), one.key) for one in read.photos
        ),
        signatures=tuple(
            Signature(Side(one.side), one.name, one.at, one.sha256) for one in read.signatures
        ),
        words=read.words.strip(),
    )


def device_time(text: str | None) -> datetime | None:
    """What the device's clock showed when it sent; None where it does not say, or not readably.

    A clock may stand in 1970: that is to be told of, not refused.
    """
    try:
        read = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return read if read.tzinfo is not None and 1970 <= read.year < 2200 else None


# -- An ordinary form ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sent:
    """A record from an ordinary form, and the photos that came along by their hashes."""

    record: Record
    photos: Mapping[str, bytes]


def form(
    site: str,
    versions: Mapping[str, str],
    keys: Sequence[str],
    given: MultiDict[str, str],
    files: Mapping[str, Sequence[bytes]],
) -> Sent:
    """The record that the page's form makes without any script; *files* are by key, "" for all.

    The same form sent twice gives the same record. Raises Unusable.
    """
    photos: dict[str, bytes] = {}
    named = []
    for key in ("", *keys):
        for data in files.get(key, ()):
            sha256 = hashlib.sha256(data).hexdigest()
            if sha256 not in photos:
                photos[sha256] = data
                named.append({"sha256": sha256, "size": len(data), "key": key})
    started = _opened(given.get("started", ""))
    document = {
        "site": site,
        "versions": dict(versions),
        "started_at": started,
        "answers": [_answer(key, given) for key in keys if given.get(f"result:{key}")],
        "photos": named,
        "signatures": [
            {"side": side.value, "name": name, "at": started}
            for side in Side
            if (name := " ".join(given.get(f"signed:{side}", "").split()))
        ],
        "words": given.get("words", ""),
    }
    return Sent(record(canonical(document).encode()), photos)


def versions(given: Mapping[str, str]) -> dict[str, str]:
    """The digests of the versions that the page showed, by standard: others may have been
    published since it was opened. Raises Unusable."""
    try:
        found = read_json(given.get("versions", ""))
    except BadInput:
        found = None
    if not isinstance(found, dict) or not all(isinstance(one, str) for one in found.values()):
        raise Unusable(_l("页面已经过期，请刷新后再填。"), field="versions")
    return found


def _answer(key: str, given: MultiDict[str, str]) -> dict[str, Any]:
    standard, _, criterion = key.partition("/")
    result, due = given.get(f"result:{key}", ""), given.get(f"due:{key}", "")
    fails = result == Result.FAILED
    return {
        "standard": standard,
        "criterion": criterion,
        "result": result,
        "note": given.get(f"note:{key}", ""),
        "reason": given.get(f"reason:{key}", ""),
        "due_days": whole_number(due, f"due:{key}") if fails and due else None,
    }


def _opened(text: str) -> str:
    try:
        return moment(text, "started").isoformat()
    except BadInput:
        raise Unusable(_l("页面已经过期，请刷新后再填。"), field="started") from None
