"""The second proof: codes from an authenticator (RFC 6238), and recovery codes on paper."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from datetime import datetime
from typing import Final

import pyotp
import segno

from core.forms import plain

STEP: Final = 30
#: How many steps the clock of a telephone may be off, either way.
DRIFT: Final = 1
RECOVERY_CODES: Final = 10
ISSUER: Final = "OneKm"

_CODE: Final = re.compile(r"\d{6}", re.ASCII)
_RECOVERY: Final = re.compile(r"[a-z2-7]{16}", re.ASCII)


def new_secret() -> str:
    """A secret of 160 bits, in Base32 as authenticators take it."""
    return pyotp.random_base32(32)


def matched_step(secret: str, typed: str, moment: datetime) -> int | None:
    """The time step whose code *typed* is, near *moment*; None if there is none."""
    code = _compact(typed)
    if _CODE.fullmatch(code) is None:
        return None
    totp = pyotp.TOTP(secret)
    now = int(moment.timestamp()) // STEP
    steps = range(now - DRIFT, now + DRIFT + 1)
    found = [step for step in steps if hmac.compare_digest(totp.at(step * STEP), code)]
    return max(found, default=None)


def address(secret: str, username: str) -> str:
    """What the QR code says: the secret, for whom and by whom."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=ISSUER)


def qr(secret: str, username: str) -> str:
    """The same as a picture, in an address that holds it whole: it is nowhere to be fetched."""
    picture: str = segno.make(address(secret, username), error="m", micro=False).svg_data_uri(
        scale=4, border=4, xmldecl=False, svgclass=None, lineclass=None
    )
    return picture


def recovery_codes() -> list[str]:
    """New codes of 80 bits, in groups of four."""
    return [_grouped(_random_base32(10)) for _ in range(RECOVERY_CODES)]


def recovery_hash(typed: str) -> str | None:
    """What is kept of a recovery code; None for what cannot be one."""
    code = _compact(typed).lower()
    return hashlib.sha256(code.encode()).hexdigest() if _RECOVERY.fullmatch(code) else None


def _random_base32(size: int) -> str:
    return base64.b32encode(secrets.token_bytes(size)).decode().lower()


def _grouped(text: str) -> str:
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


def _compact(typed: str) -> str:
    return re.sub(r"[\s-]", "", plain(typed[:64]))
