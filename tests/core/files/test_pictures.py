"""Whatever is sent as a photo: made anew, or refused with a reason."""

from __future__ import annotations

import hashlib
import resource
import subprocess
import sys
import time
from contextlib import suppress
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageFile

from core.errors import OneKmError
from core.files import pictures
from core.files.rules import MOST_PHOTO, SIDE, SMALL_SIDE, Damaged, WrongKind
from tests.core.files.made import (
    HEIC,
    HTML,
    PDF,
    SCRIPT,
    SVG,
    flood,
    jpeg,
    located,
    photo,
    polyglot,
    written,
)


def kept(sent: bytes) -> Image.Image:
    image = Image.open(BytesIO(pictures.read(sent).data))
    assert image.format == "JPEG"
    image.load()
    return image


def test_a_photo_is_made_smaller_twice_and_both_hashes_are_known() -> None:
    sent = jpeg(4000, 3000)
    picture = pictures.read(sent)
    assert (picture.width, picture.height) == (SIDE, 1200)
    assert Image.open(BytesIO(picture.data)).size == (SIDE, 1200)
    assert Image.open(BytesIO(picture.small)).size == (SMALL_SIDE, 360)
    assert (picture.sent_sha256, picture.sent_size) == (
        hashlib.sha256(sent).hexdigest(),
        len(sent),
    )


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_cameras_write_is_taken_and_not_made_larger(kind: str) -> None:
    assert kept(written(photo(), kind)).size == (400, 300)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_every_way_to_write_a_colour_is_read(mode: str) -> None:
    image = Image.new(mode, (40, 30)) if mode == "I;16" else photo(40, 30).convert(mode)
    kind = "JPEG" if mode == "CMYK" else "PNG"
    assert kept(written(image, kind)).mode == "RGB"


def test_what_is_seen_through_is_white() -> None:
    clear = Image.new("RGBA", (40, 30), (0, 0, 0, 0))
    assert np.asarray(kept(written(clear, "PNG")))[15, 20].min() > 250


def test_a_photo_stands_upright_and_says_nothing_of_where_it_was_taken() -> None:
    sent = located()
    assert b"secret-maker" in sent
    image = kept(sent)
    assert image.size == (300, 400)
    pixels = np.asarray(image)
    assert pixels[50, 250, 0] > 150 > pixels[50, 50, 0]  # the red quarter has gone to the right
    assert not image.getexif()
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    data = pictures.read(sent).data
    assert not any(word in data for word in (b"secret", b"Exif", b"EXIF", b"XMP", b"script"))


def test_a_script_beside_or_behind_the_pixels_is_gone() -> None:
    sent = polyglot()
    assert sent.count(SCRIPT) == 2
    picture = pictures.read(sent)
    for data in (picture.data, picture.small):
        assert b"script" not in data
        assert b"php" not in data


@pytest.mark.parametrize("sent", [SVG, HTML, PDF, b"GIF89a" + b"\x00" * 99, b"PK\x03\x04", b"\x00"])
def test_what_is_no_photo_is_refused(sent: bytes) -> None:
    with pytest.raises(OneKmError) as caught:
        pictures.read(sent)
    assert caught.value.status == 415
    assert "JPEG" in str(caught.value)


def test_a_gif_called_a_photo_is_refused() -> None:
    with pytest.raises(OneKmError) as caught:
        pictures.read(written(photo(), "GIF"))
    assert caught.value.status == 415


def test_an_iphone_s_own_format_is_refused_with_what_to_do() -> None:
    with pytest.raises(OneKmError) as caught:
        pictures.read(HEIC)
    assert caught.value.status == 415
    assert "兼容性最佳" in str(caught.value)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("part", [0.2, 0.5, 0.95])
def test_half_a_photo_is_refused(kind: str, part: float) -> None:
    sent = written(photo(), kind)
    with pytest.raises(OneKmError) as caught:
        pictures.read(sent[: int(len(sent) * part)])
    assert caught.value.status == 422


def test_half_a_photo_is_refused_whoever_told_pillow_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The printing library, once loaded, lets Pillow read what is not whole."""
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    with pytest.raises(Damaged):
        pictures.read(written(photo(), "JPEG")[:-200])


def test_bits_that_fell_over_are_refused_or_read_but_never_our_fault() -> None:
    random = np.random.default_rng(7)
    sound = {kind: written(photo(60, 40), kind) for kind in ("JPEG", "PNG", "WEBP")}
    for number in range(300):
        sent = bytearray(sound[("JPEG", "PNG", "WEBP")[number % 3]])
        for place in random.integers(0, len(sent), 1 + number % 5):
            sent[place] ^= int(random.integers(1, 256))
        with suppress(WrongKind, Damaged):
            pictures.read(bytes(sent))


def test_too_much_or_nothing_is_refused() -> None:
    with pytest.raises(OneKmError) as caught:
        pictures.read(b"\xff" * (MOST_PHOTO + 1))
    assert (caught.value.status, "12 MB" in str(caught.value)) == (413, True)
    with pytest.raises(OneKmError) as caught:
        pictures.read(b"")
    assert caught.value.status == 422


@pytest.mark.parametrize("side", [6400, 7000, 12_000, 20_000])
def test_a_flood_of_pixels_is_refused_before_it_is_read(side: int) -> None:
    sent = flood(side)
    assert len(sent) < MOST_PHOTO
    began, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(OneKmError) as caught:
        pictures.read(sent)
    assert (caught.value.status, "4000 万" in str(caught.value)) == (422, True)
    assert time.process_time() - began < 0.5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 30 * 1024  # KB


MEASURE = """
import resource, sys, time
from core.files import pictures
sent = sys.stdin.buffer.read()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
began = time.process_time()
pictures.read(sent)
took = time.process_time() - began
print(took, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""


@pytest.mark.parametrize("kind", ["png", "png16", "jpeg", "palette"])
def test_the_largest_photo_that_is_taken_is_read_within_bounds(kind: str) -> None:
    """At most 5 seconds of a processor and 300 MB."""
    if kind.startswith("png"):
        sent = flood(6320, 16 if kind == "png16" else 8)
    else:
        image = Image.new("RGB", (8000, 5000), "green")
        ready = image.quantize(2) if kind == "palette" else image
        sent = written(ready, "PNG" if kind == "palette" else "JPEG")
    told = subprocess.run(
        [sys.executable, "-c", MEASURE], input=sent, capture_output=True, check=True
    ).stdout
    seconds, megabytes = map(float, told.split())
    assert seconds < 5
    assert megabytes < 300
