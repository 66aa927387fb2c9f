"""Text files as people send them: the one place that decides their encoding."""

from __future__ import annotations

import codecs
from pathlib import Path

from flask_babel import lazy_gettext as _l

from core.errors import BadInput


def read_text(source: Path | str | bytes) -> str:
    """The text of a file (its path, or its bytes), without a byte order mark.

    UTF-8 is tried first: text in GB18030, which spreadsheets on Chinese systems write, is hardly
    ever valid UTF-8 by chance, while almost any UTF-8 passes for GB18030. UTF-16 is refused for
    the same reason: much of it would pass for GB18030 and come out as other characters.
    Line ends are left as they are. Raises BadInput; OSError if the path cannot be read.
    """
    data = source if isinstance(source, bytes) else Path(source).read_bytes()
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise BadInput(_l("文件是 UTF-16 编码，请另存为 UTF-8 或 GB18030。"))
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        return text.removeprefix("\ufeff")
    raise BadInput(_l("文件不是文本，或编码不是 UTF-8、GB18030。"))
