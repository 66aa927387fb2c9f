"""The file into which a telephone exports a record with its photos."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from flask_babel import lazy_gettext as _l
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from core.files.rules import too_large
from standards.inspections import forms
from standards.inspections.rules import MOST_EXPORTED, MOST_PHOTOS, Record, Unusable, check_uuid


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class _Photo(_Strict):
    sha256: str
    data: str


class _File(_Strict):
    format: Literal["onekm-inspection-1"]
    uuid: str
    owner: Annotated[str, StringConstraints(max_length=100)]
    body: str
    photos: Annotated[list[_Photo], Field(max_length=MOST_PHOTOS)]


@dataclass(frozen=True, slots=True)
class Brought:
    """A record with those of its photos that the telephone still had; whose it is."""

    uuid: str
    owner: str
    record: Record
    photos: Mapping[str, bytes]


def read(data: bytes) -> Brought:
    """What a file holds. Raises Unusable, TooLarge."""
    if len(data) > MOST_EXPORTED:
        raise too_large(MOST_EXPORTED)
    try:
        found = _File.model_validate_json(data)
        photos = {one.sha256: base64.b64decode(one.data, validate=True) for one in found.photos}
        body = found.body.encode()
    except (ValidationError, binascii.Error, ValueError):
        raise Unusable(
            _l("这不是手机导出的检查记录文件，或者文件不完整。"), field="files"
        ) from None
    if any(hashlib.sha256(one).hexdigest() != sha256 for sha256, one in photos.items()):
        raise Unusable(_l("文件中的照片与校验值不符，文件可能被改动过。"), field="files")
    return Brought(check_uuid(found.uuid), found.owner, forms.record(body), photos)
