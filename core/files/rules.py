"""What may be sent, how much of it in a day, and what its name is worth."""

from __future__ import annotations

import unicodedata
from datetime import timedelta
from typing import Final

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from core.errors import OneKmError
from core.sizes import MEGABYTE, size_words

#: The largest photo, in bytes and in pixels: 8,000 by 5,000.
MOST_PHOTO: Final = 12 * MEGABYTE
MOST_PIXELS: Final = 40_000_000
#: The longer side of a photo as it is kept, and of the small one for lists.
SIDE: Final = 1600
SMALL_SIDE: Final = 480

#: Of a photo with more pixels only head and end are looked at when it comes; it is made anew later.
MADE_AT_ONCE: Final = 500_000

#: What one person may send in a day.
MOST_FILES_A_DAY: Final = 500
MOST_BYTES_A_DAY: Final = 1024 * MEGABYTE

#: How old a file without a row is before it is removed: its row may be about to be written.
ORPHAN_AFTER: Final = timedelta(hours=1)
#: How long it is remembered how much somebody sent on a day.
DAYS_KEPT: Final = timedelta(days=7)

MOST_NAME: Final = 200


class WrongKind(OneKmError):
    """Not a file of a kind that is taken here."""

    status = 415
    code = "wrong_kind"


class Damaged(OneKmError):
    """A file of the right kind that cannot be read to its end."""

    status = 422
    code = "damaged"


class TooLarge(OneKmError):
    """More than is taken here."""

    status = 413
    code = "too_large"


class QuotaSpent(OneKmError):
    """Somebody has sent as much as anybody may in a day."""

    status = 429
    code = "quota"


def quota_spent() -> QuotaSpent:
    return QuotaSpent(
        _l(
            "今天上传的文件已到上限（每人每天 %(files)s 个、%(size)s）。请明天再传。",
            files=MOST_FILES_A_DAY,
            size=size_words(MOST_BYTES_A_DAY),
        )
    )


def too_large(most: int, field: str | None = None) -> TooLarge:
    message = _l("文件太大，最多 %(size)s。请压缩或缩小后再传。", size=size_words(most))
    return TooLarge(message, field=field)


def kept_name(given: str | None) -> str:
    """The name a file came with, as text to be shown: never a path, and nothing that misleads.

    What comes before the last slash, control characters and those that turn writing round are left
    out; a name that is too long keeps its end, where the kind of file stands.
    """
    last = (given or "").replace("\\", "/").rpartition("/")[2]
    shown = "".join(letter for letter in last if unicodedata.category(letter) not in _UNSEEN)
    return shown.strip()[-MOST_NAME:]


#: Control characters, those that only format, surrogates, what is not assigned, ends of lines.
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"})

NOT_A_PHOTO: Final[LazyString] = _l("这不是可用的照片。请上传 JPEG、PNG 或 WebP 格式的照片。")
HEIC: Final[LazyString] = _l(
    "这是苹果手机的 HEIC 照片，暂不支持。"
    "请在手机“设置—相机—格式”中选“兼容性最佳”后重拍，或先转成 JPEG 再传。"
)
BROKEN_PHOTO: Final[LazyString] = _l("照片不完整或已损坏，可能是传输中断。请重新上传。")
TOO_MANY_PIXELS: Final[LazyString] = _l("照片的像素太多，最多 4000 万像素。请缩小后再传。")
STILL_MADE: Final[LazyString] = _l("照片已收到，正在处理（去除拍摄信息），请稍后再看。")
EMPTY_PHOTO: Final[LazyString] = _l("请选择照片。")
