"""Pictures: read with care, made anew pixel by pixel, so that nothing else that came along is kept.

Where it was taken (GPS), with what and by whom is not among the pixels; nor is a script that hides
in a comment or behind the end.
"""

from __future__ import annotations

import hashlib
import struct
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError
from PIL.JpegImagePlugin import JpegImageFile

from core.files.rules import (
    BROKEN_PHOTO,
    EMPTY_PHOTO,
    HEIC,
    MADE_AT_ONCE,
    MOST_PHOTO,
    MOST_PIXELS,
    NOT_A_PHOTO,
    SIDE,
    SMALL_SIDE,
    TOO_MANY_PIXELS,
    Damaged,
    WrongKind,
    too_large,
)

#: What a picture is kept as: WebP is smaller by four tenths, but takes ten times as long to write,
#: and inspectors come home all at once.
MEDIA_TYPE: Final = "image/jpeg"

_FORMATS: Final = ("JPEG", "PNG", "WEBP")
_QUALITY: Final = 82
_HEIC: Final = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_END_OF_JPEG: Final = b"\xff\xd9"
#: What Pillow raises for files that are not whole, or not what they say.
_BROKEN: Final = (OSError, SyntaxError, ValueError, EOFError, MemoryError, struct.error, zlib.error)

# One at a time: a picture of 40 million pixels takes 200 MB while it is read.
_reading: Final = threading.Lock()

# Beyond it Pillow itself warns, and refuses twice as many before anything is decoded.
Image.MAX_IMAGE_PIXELS = MOST_PIXELS


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture made anew, large and small, and the hash of what was sent."""

    data: bytes
    small: bytes
    width: int
    height: int
    sent_sha256: str
    sent_size: int


def read(sent: bytes) -> Picture:
    """The picture in *sent*. Raises WrongKind, Damaged, TooLarge."""
    with _reading, _opened(sent) as image:
        large = _clean(image)
    return Picture(
        data=_jpeg(large),
        small=_jpeg(_small(large)),
        width=large.width,
        height=large.height,
        sent_sha256=hashlib.sha256(sent).hexdigest(),
        sent_size=len(sent),
    )


def can_wait(sent: bytes) -> bool:
    """Whether *sent* is a large photo whose head can be read and whose end is there.

    Making it anew, which takes a hundred times as long, can then wait; should its pixels be damaged
    all the same, that is found only then.  False for what has to be read at once: it is small, or
    of a kind that does not say where it ends.  Raises as :func:`read`.
    """
    with _opened(sent) as image:
        large = image.width * image.height > MADE_AT_ONCE
        if not large or not isinstance(image, JpegImageFile):
            return False
        # Reading the head stopped where the pixels begin: among them the mark cannot occur.
        pixels = image.fp.tell() if image.fp else 0
        if sent.find(_END_OF_JPEG, pixels) < 0:
            raise Damaged(BROKEN_PHOTO)
    return True


@contextmanager
def _opened(sent: bytes) -> Iterator[Image.Image]:
    """The picture, not yet read; what goes wrong with it until it is closed is told in words."""
    if not sent:
        raise Damaged(EMPTY_PHOTO)
    if len(sent) > MOST_PHOTO:
        raise too_large(MOST_PHOTO)
    if sent[4:8] == b"ftyp" and sent[8:12] in _HEIC:
        raise WrongKind(HEIC)
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # the printing library turns it on for everybody
    try:
        with Image.open(BytesIO(sent), formats=_FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise Damaged(TOO_MANY_PIXELS)
            yield image
    except UnidentifiedImageError:
        raise WrongKind(NOT_A_PHOTO) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Damaged(TOO_MANY_PIXELS) from None
    except _BROKEN:
        raise Damaged(BROKEN_PHOTO) from None


def _clean(image: Image.Image) -> Image.Image:
    """The pixels alone, the right way up, SIDE at most; on white where there were none."""
    image.thumbnail((SIDE, SIDE), reducing_gap=2.0)
    ImageOps.exif_transpose(image, in_place=True)
    seen_through = image.has_transparency_data
    pixels = image.convert("RGBA" if seen_through else "RGB")
    clean = _on_white(pixels) if seen_through else pixels
    clean.info = {}  # comments, EXIF, profiles: all that a file would be written with besides
    return clean


def _on_white(pixels: Image.Image) -> Image.Image:
    clean = Image.new("RGB", pixels.size, "white")
    clean.paste(pixels, mask=pixels)
    return clean


def _small(large: Image.Image) -> Image.Image:
    """A copy for lists; whole pixels are put together first, which takes a quarter of the time."""
    small = large.reduce(max(1, max(large.size) // SMALL_SIDE))
    small.thumbnail((SMALL_SIDE, SMALL_SIDE))
    return small


def _jpeg(image: Image.Image) -> bytes:
    written = BytesIO()
    image.save(written, "JPEG", quality=_QUALITY)
    return written.getvalue()
