"""Enums whose members say in words what they are."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from flask_babel import LazyString


class Labelled(StrEnum):
    """Each member is written as its value, which is stored and stands in addresses, and its label.

    The label is spoken in the language of whoever reads it: ``OPEN = "open", _l("待整改")``.
    """

    label: LazyString

    # One label each; more would not unpack. The star is for the checker, which takes the looking
    # up of a member, ``State("open")``, for a call of this.
    def __new__(cls, value: str, *label: LazyString) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        (member.label,) = label
        return member
