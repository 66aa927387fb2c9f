"""Differences from a census in words."""

from __future__ import annotations

from typing import Final

from flask import Blueprint
from flask_babel import format_decimal

_MINUS: Final = "−"


def init(blueprint: Blueprint) -> None:
    """Give the filters to every template."""
    blueprint.add_app_template_filter(signed)
    blueprint.add_app_template_filter(signed_share)


def signed(number: float) -> str:
    """A number with its sign: +1,806."""
    whole = round(number)
    return f"{_sign(whole)}{format_decimal(abs(whole))}"


def signed_share(share: float) -> str:
    """A share in percent with its sign; what is not nothing does not look like it: <0.01%."""
    percent = share * 100
    shown = round(percent, 1) or round(percent, 2)
    if not shown and percent:
        return f"<{format_decimal(0.01)}%"
    return f"{_sign(shown)}{format_decimal(abs(shown))}%"


def _sign(number: float) -> str:
    return "+" if number > 0 else _MINUS if number < 0 else ""
