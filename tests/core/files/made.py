"""Pictures as people and attackers send them, made here."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any, Final

import numpy as np
from PIL import Image

SCRIPT: Final = b"<script>alert(document.cookie)</script><?php system('id'); ?>"
_RANDOM: Final = np.random.default_rng(1)


def photo(width: int = 400, height: int = 300) -> Image.Image:
    """Noise in coloured quarters: the upper left is red."""
    pixels = _RANDOM.integers(0, 60, (height, width, 3), np.uint8)
    pixels[: height // 2, : width // 2, 0] += 180
    return Image.fromarray(pixels)


def written(image: Image.Image, kind: str = "JPEG", **more: Any) -> bytes:
    file = BytesIO()
    image.save(file, kind, **more)
    return file.getvalue()


def jpeg(width: int = 400, height: int = 300, **more: Any) -> bytes:
    return written(photo(width, height), **more)


def located() -> bytes:
    """A photo that lies on its side and says where it was taken, with what, when."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "HUAWEI secret-maker"
    exif.get_ifd(0x8825)[2] = (37.0, 9.0, 36.5)
    exif.get_ifd(0x8825)[1] = "N"
    return jpeg(exif=exif.tobytes(), comment=SCRIPT)


def polyglot() -> bytes:
    """A photo with a script behind its end, too."""
    return jpeg(comment=SCRIPT) + SCRIPT


def flood(side: int, depth: int = 8) -> bytes:
    """A small PNG of very many pixels."""
    row = b"\x00" * (1 + side * depth * 3 // 8)
    packed = zlib.compressobj(9)
    data = b"".join(packed.compress(row) for _ in range(side)) + packed.flush()
    header = struct.pack(">IIBBBBB", side, side, depth, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in ((b"IHDR", header), (b"IDAT", data), (b"IEND", b""))
    )


SVG: Final = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
HTML: Final = b"<!doctype html><script>alert(1)</script>"
PDF: Final = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n"
HEIC: Final = b"\x00\x00\x00\x24ftypheic\x00\x00\x00\x00mif1heic" + b"\x00" * 200
