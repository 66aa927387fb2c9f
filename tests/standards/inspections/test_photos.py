"""Photos of every bad kind: refused in words, or made anew without what they told besides."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image

from core.accounts.rules import Role
from core.files import store
from standards.inspections import queries
from standards.inspections.models import Inspection
from tests.databases import on_sqlite
from tests.standards.inspections.made import Ground, jpeg, named, sha
from tests.standards.inspections.test_filing import visit


def with_gps() -> bytes:
    """A photo that says where it was taken, and by whom."""
    exif = Image.Exif()
    exif[0x010E] = "SECRET OWNER"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (37.0, 30.0, 12.0)
    written = BytesIO()
    Image.new("RGB", (64, 48), "green").save(written, "JPEG", exif=exif)
    return written.getvalue()


def polyglot() -> bytes:
    return jpeg("white") + b"<script>alert(1)</script><?php echo 1; ?>"


def flood() -> bytes:
    """A few kilobytes that claim to be 20,000 by 20,000 pixels."""
    head = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    pixels = zlib.compress(b"\0" * 1_000_000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def noise() -> bytes:
    written = BytesIO()
    Image.effect_noise((400, 300), 80).convert("RGB").save(written, "JPEG")
    return written.getvalue()


def large() -> bytes:
    """More than forty million pixels."""
    written = BytesIO()
    Image.new("L", (8001, 5001)).save(written, "JPEG", quality=20)
    return written.getvalue()


REFUSED: dict[str, tuple[Callable[[], bytes], int]] = {
    "svg": (lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', 415),
    "pdf": (lambda: b"%PDF-1.4\n%%EOF", 415),
    "heic": (lambda: b"\0\0\0\x18ftypheic" + b"\0" * 64, 415),
    "text": (lambda: b"no picture", 415),
    "flood": (flood, 422),
    "large": (large, 422),
    "truncated": (lambda: noise()[:-2000], 422),
}


@on_sqlite
@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_no_good_photo_is_refused_and_the_visit_waits(ground: Ground, kind: str) -> None:
    make, status = REFUSED[kind]
    uuid, phone, sent = ground.plan(), ground.phone(), make()
    assert phone.send(uuid, ground.record(photos=named([sent]))).status_code == 201
    refused = phone.photo(uuid, sent)
    assert refused.status_code == status
    assert refused.json is not None
    assert refused.json["error"]["message"]
    assert visit(uuid).state == "filed"


@pytest.mark.parametrize("make", [with_gps, polyglot])
def test_what_a_photo_tells_besides_is_not_kept(ground: Ground, make: Callable[[], bytes]) -> None:
    uuid, phone, sent = ground.plan(), ground.phone(), make()
    phone.send(uuid, ground.record(photos=named([sent])))
    assert phone.photo(uuid, sent).status_code == 201
    row: Inspection = visit(uuid)
    assert row.state == "complete"
    file = queries.photo_file(row.id, sha(sent))
    assert file.sha256 is not None
    kept = store.path(file.sha256).read_bytes()
    assert file.sent_sha256 == sha(sent)
    for told in (b"SECRET", b"<script", b"<?php"):
        assert told not in kept
    with Image.open(BytesIO(kept)) as image:
        assert not image.getexif()


def test_a_photo_of_another_county_is_not_found(ground: Ground) -> None:
    uuid, phone, shot = ground.plan("sibling"), ground.phone(), jpeg()
    phone.send(uuid, ground.record("sibling", photos=named([shot])))
    assert phone.photo(uuid, shot).status_code == 201
    path = f"/inspections/{uuid}/photos/{sha(shot)}"
    other = ground.phone(ground.person("sun", Role.INSPECTOR, "370302000000"))
    assert other.client.get(path).status_code == 404
    assert other.client.get(path + "/small").status_code == 404
