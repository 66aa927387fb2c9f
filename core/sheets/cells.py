"""What stands in the cell of a file, and how a text is put into one."""

from __future__ import annotations

import re
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from core.errors import BadInput

_SPECIAL: Final = {
    "f": _l("这里是公式。请把公式换成数值（复制，选择性粘贴为数值）。"),
    "e": _l("这里是表格的错误值（如 #REF!）。请改成正确的内容。"),
    "d": _l("这里是日期或时间，不是这一列要的内容。请把单元格设为“文本”后重填。"),
    "m": _l("这个单元格与别的单元格合并了。请取消合并，每行都填上。"),
}
#: An error that somebody has copied as a text.
_ERROR_TEXT: Final = re.compile(r"#(REF|N/A|VALUE|NAME\?|DIV/0|NUM|NULL)!?")


def wrong(cell: Any) -> BadInput | None:
    """What is wrong with a cell as parse.py tells it, if it holds nothing that can be read."""
    if isinstance(cell, list):
        return BadInput(_SPECIAL[cell[0]])
    if isinstance(cell, str) and _ERROR_TEXT.fullmatch(cell.strip()):
        return BadInput(_SPECIAL["e"])
    return None


def held(cell: Any) -> str:
    """What a cell holds, to tell it; empty for a formula."""
    if isinstance(cell, list):
        return str(cell[1]) if len(cell) > 1 else ""
    return text(cell)


def text(cell: Any) -> str:
    """What a cell says, of one that is not wrong."""
    if isinstance(cell, str):
        return unguarded(cell.strip())
    if isinstance(cell, bool):
        return "是" if cell else "否"
    return "" if cell is None else str(cell)


# -- Cells that a spreadsheet would take for a formula ------------------------------------------

_FORMULA: Final = "=+-@\t\r\n＝＋－＠"
_QUOTE: Final = "'"


def guarded(text: str) -> str:
    """*text* for a cell of a CSV file, so that no spreadsheet takes it for a formula."""
    risky = text[:1] in _FORMULA or (text[:1] == _QUOTE and text[1:2] in _FORMULA + _QUOTE)
    return _QUOTE + text if text and risky else text


def unguarded(text: str) -> str:
    """What :func:`guarded` was given."""
    quoted = text[:1] == _QUOTE and len(text) > 1 and text[1] in _FORMULA + _QUOTE
    return text[1:] if quoted else text
