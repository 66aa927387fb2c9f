"""What is encrypted comes back, and only as it was, where it was, to who has the key."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config import Config, ConfigurationError, Mode, read
from core.crypto import Box, Unreadable, box

OLD = "the secret of last year, long enough"
NEW = "the secret of this year, long enough"
PLACE = "account:17:totp"


@given(st.text(), st.text())
def test_what_is_encrypted_comes_back(text: str, place: str) -> None:
    stored = Box([NEW]).encrypt_text(text, place)
    assert Box([NEW]).decrypt_text(stored, place) == text


def test_nothing_of_it_is_to_be_seen() -> None:
    text = "13800138000"
    first, second = (Box([NEW]).encrypt_text(text, PLACE) for _ in range(2))
    assert first != second
    assert text.encode() not in first
    assert len(first) == len(second)


def test_every_changed_byte_is_noticed() -> None:
    stored = Box([NEW]).encrypt(b"abc", PLACE)
    for at in range(len(stored)):
        altered = stored[:at] + bytes([stored[at] ^ 1]) + stored[at + 1 :]
        with pytest.raises(Unreadable):
            Box([NEW]).decrypt(altered, PLACE)


def test_what_is_cut_short_or_grown_is_noticed() -> None:
    stored = Box([NEW]).encrypt(b"", PLACE)
    for wrong in (*(stored[:end] for end in range(len(stored))), stored + b"\x00"):
        with pytest.raises(Unreadable):
            Box([NEW]).decrypt(wrong, PLACE)


def test_it_cannot_be_moved_elsewhere() -> None:
    stored = Box([NEW]).encrypt(b"abc", PLACE)
    with pytest.raises(Unreadable, match="another place"):
        Box([NEW]).decrypt(stored, "account:18:totp")


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(Unreadable, match="not known"):
        Box([NEW]).decrypt(Box([OLD]).encrypt(b"abc", PLACE), PLACE)


def test_a_replaced_key_still_reads_and_no_longer_writes() -> None:
    stored = Box([OLD]).encrypt(b"abc", PLACE)
    both = Box([NEW, OLD])
    assert both.decrypt(stored, PLACE) == b"abc"
    assert not both.is_present(stored)
    anew = both.encrypt(b"abc", PLACE)
    assert both.is_present(anew)
    assert Box([NEW]).decrypt(anew, PLACE) == b"abc"


def test_equal_values_are_found_by_their_index() -> None:
    index = Box([NEW]).blind_index("13800138000", "phone")
    assert index == Box([NEW]).blind_index("13800138000", "phone")
    others = {
        Box([NEW]).blind_index("13800138001", "phone"),
        Box([NEW]).blind_index("13800138000", "identity"),
        Box([OLD]).blind_index("13800138000", "phone"),
        Box([NEW]).blind_index("e13800138000", "phon"),
    }
    assert len(others) == 4
    assert index not in others


def test_what_an_older_key_indexed_is_found_too() -> None:
    kept = Box([OLD]).blind_index("13800138000", "phone")
    found = Box([NEW, OLD]).blind_indexes("13800138000", "phone")
    assert found == [Box([NEW]).blind_index("13800138000", "phone"), kept]


@pytest.mark.parametrize("secrets", [[], [NEW, NEW]])
def test_a_box_without_a_secret_or_with_one_twice_is_refused(secrets: list[str]) -> None:
    with pytest.raises(ValueError, match="secret"):
        Box(secrets)


def test_data_keys_come_before_the_secret_key(tmp_path: Path) -> None:
    config = Config(Mode.DEVELOPMENT, tmp_path, "sqlite://", OLD, "12393")
    stored = box(config).encrypt(b"abc", PLACE)
    moved = replace(config, secret_key="x" * 40, data_keys=(NEW, OLD))
    assert box(moved).decrypt(stored, PLACE) == b"abc"
    assert Box([NEW]).decrypt(box(moved).encrypt(b"def", PLACE), PLACE) == b"def"


def test_data_keys_are_read_from_the_environment(tmp_path: Path) -> None:
    environ = {"ONEKM_HOME": str(tmp_path), "ONEKM_DATA_KEY": f" {'n' * 32}  {'o' * 40}\n"}
    assert read(environ).data_keys == ("n" * 32, "o" * 40)
    assert read({"ONEKM_HOME": str(tmp_path)}).data_keys == ()
    with pytest.raises(ConfigurationError, match="too short"):
        read(environ | {"ONEKM_DATA_KEY": "n" * 31})
