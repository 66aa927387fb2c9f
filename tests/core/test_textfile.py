from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import BadInput
from core.textfile import read_text

TEXT = "威海市,环翠区\r\n"


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("gb18030"),
        ("\ufeff" + TEXT).encode("gb18030"),
        TEXT.encode("gbk"),
    ],
)
def test_encodings_that_are_read(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "regions.csv"
    path.write_bytes(data)
    assert read_text(data) == TEXT
    assert read_text(path) == read_text(str(path)) == TEXT


def test_characters_beyond_gbk() -> None:
    assert read_text("㙍𬺈€".encode("gb18030")) == "㙍𬺈€"


def test_empty_file_is_text() -> None:
    assert read_text(b"") == ""


@pytest.mark.parametrize(
    "data",
    [TEXT.encode("utf-16"), TEXT.encode("utf-16-be"), b"a\x00b", b"\xff\xd8\xff\xe0", b"\x80"],
)
def test_what_is_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(BadInput, match=r"UTF-8|GB18030"):
        read_text(data)
