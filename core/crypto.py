"""Personal data at rest: AES-256-GCM under keys that can be replaced, and an index to find it by.

What is encrypted carries the id of its key in front, so that what an older key encrypted is read
as long as that key is known.  It is bound to where it belongs, such as table, row and column: taken
elsewhere it cannot be read.  A blind index lets equal values be found without telling what they
are; only exactly equal ones are.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.config import Config

#: The first byte of all that is encrypted: which form the rest has.
FORM: Final = b"\x01"

_ID: Final = 4
_NONCE: Final = 12
_TAG: Final = 16
_KEY: Final = 32


class Unreadable(Exception):
    """What is stored was altered, belongs elsewhere, or was encrypted under a key not known."""


@dataclass(frozen=True, slots=True, repr=False)
class _Key:
    """What is derived of one secret; nothing of it is ever printed."""

    id: bytes
    cipher: AESGCM
    index: bytes


class Box:
    """Encrypts under the first of some secrets, and reads what any of them encrypted.

    Under one key at most 2³² values may be encrypted: replace it before.
    """

    def __init__(self, secrets: Sequence[str]) -> None:
        if not secrets:
            raise ValueError("a box needs a secret")
        keys = [_key(secret) for secret in secrets]
        self._present = keys[0]
        self._keys = {key.id: key for key in keys}
        if len(self._keys) < len(keys):
            raise ValueError("two secrets are the same, or their keys have the same id")

    def encrypt(self, content: bytes, place: str) -> bytes:
        """*content* as it may be stored at *place*; never the same twice."""
        nonce = os.urandom(_NONCE)
        head = FORM + self._present.id
        return head + nonce + self._present.cipher.encrypt(nonce, content, head + place.encode())

    def decrypt(self, stored: bytes, place: str) -> bytes:
        """What was encrypted for *place*. Raises Unreadable."""
        head, rest = stored[: len(FORM) + _ID], stored[len(FORM) + _ID :]
        key = self._keys.get(head[len(FORM) :])
        if not head.startswith(FORM) or len(rest) < _NONCE + _TAG:
            raise Unreadable(f"{place}: not encrypted here")
        if key is None:
            raise Unreadable(f"{place}: encrypted under a key that is not known")
        try:
            return key.cipher.decrypt(rest[:_NONCE], rest[_NONCE:], head + place.encode())
        except InvalidTag:
            raise Unreadable(f"{place}: altered, or encrypted for another place") from None

    def encrypt_text(self, text: str, place: str) -> bytes:
        return self.encrypt(text.encode(), place)

    def decrypt_text(self, stored: bytes, place: str) -> str:
        return self.decrypt(stored, place).decode()

    def is_present(self, stored: bytes) -> bool:
        """Whether *stored* is under the present key; what is not may be encrypted anew."""
        return stored.startswith(FORM + self._present.id)

    def blind_index(self, text: str, purpose: str) -> bytes:
        """What to store beside an encrypted *text* to find it by: 32 bytes, by the present key.

        Bring the text into one form first. Different purposes give what cannot be compared.
        """
        return _index(self._present, text, purpose)

    def blind_indexes(self, text: str, purpose: str) -> list[bytes]:
        """All under which *text* may have been stored, the present key's first: look for any."""
        return [_index(key, text, purpose) for key in self._keys.values()]


def box(config: Config) -> Box:
    """The box of this configuration: under its data keys, or else under its secret key."""
    return _box(config.data_keys or (config.secret_key,))


@lru_cache(maxsize=8)
def _box(secrets: tuple[str, ...]) -> Box:
    return Box(secrets)


def _key(secret: str) -> _Key:
    return _Key(
        id=_derive(secret, "id", _ID),
        cipher=AESGCM(_derive(secret, "encryption", _KEY)),
        index=_derive(secret, "blind index", _KEY),
    )


def _derive(secret: str, use: str, length: int) -> bytes:
    """A key of its own for each use of a secret, by HKDF (RFC 5869)."""
    info = f"onekm data {use}".encode()
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(secret.encode())


def _index(key: _Key, text: str, purpose: str) -> bytes:
    # The length keeps "a" + "bc" apart from "ab" + "c".
    message = f"{len(purpose)}:{purpose}{text}".encode()
    return hmac.new(key.index, message, sha256).digest()
