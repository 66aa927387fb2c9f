"""What a site is: its kinds, its states, its code, and when its position may be shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from flask_babel import lazy_gettext as _l
from stdnum.iso7064 import mod_11_10

from core.labels import Labelled


class Kind(Labelled):
    """The hall, and the four hosts of a station that the city's article names."""

    HALL = "hall", _l("服务大厅")
    CONVENIENCE_CENTRE = "convenience_centre", _l("便民服务中心")
    DESIGNATED_PROVIDER = "designated_provider", _l("两定机构")
    VILLAGE_CLINIC = "village_clinic", _l("村卫生室")
    COMMUNITY = "community", _l("社区")


class Status(Labelled):
    PLANNED = "planned", _l("筹建中")
    ACTIVE = "active", _l("服务中")
    CLOSED = "closed", _l("已撤销")


class Mode(Labelled):
    """How a site offers a service: does it itself, or helps and hands on."""

    DIRECT = "direct", _l("可直接办理")
    ASSISTED = "assisted", _l("帮您代办")


SERIAL_DIGITS: Final = 6


def site_code(serial: int) -> str:
    """The code of the site with this serial number: six digits and one to check them.

    It carries neither region nor kind, so that it outlives a move.  The check digit (ISO 7064
    MOD 11,10) finds every single wrong digit.
    """
    digits = f"{serial:0{SERIAL_DIGITS}d}"
    return digits + str(mod_11_10.calc_check_digit(digits))


def is_site_code(text: str) -> bool:
    return len(text) == SERIAL_DIGITS + 1 and text.isascii() and mod_11_10.is_valid(text)


# -- Two that are one ---------------------------------------------------------------------------


class Fact(StrEnum):
    """What two sites may hold differently, of which the merged site keeps one."""

    NAME = "name"
    NAME_EN = "name_en"
    KIND = "kind"
    REGION = "region"
    ADDRESS = "address"
    PHONE = "phone"
    POSITION = "position"
    HOURS = "hours"


@dataclass(frozen=True, slots=True)
class Taken:
    """What the site that stays takes over from the one that is merged into it.

    ``services`` are those (by id) that both offer and that are from then on offered in the other's
    mode.  Of everything else the one that stays keeps its own; what only the other offers comes
    along in any case.
    """

    facts: frozenset[Fact] = frozenset()
    services: frozenset[int] = frozenset()


def resolved(heirs: Mapping[str, str]) -> dict[str, str]:
    """Each code with the last heir of its line: of A into B and B into C, both with C.

    No line comes back to its beginning: what is merged already is merged into nothing else.
    """
    found = {}
    for code, heir in heirs.items():
        while heir in heirs:
            heir = heirs[heir]
        found[code] = heir
    return found
