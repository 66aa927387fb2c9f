"""Figures in words: a number with its unit, or that there is nothing to measure."""

from __future__ import annotations

from flask import Blueprint
from flask_babel import format_decimal
from flask_babel import gettext as _

from core.figures.rules import Figure, Reduce, Value


def init(blueprint: Blueprint) -> None:
    """Give the filters to every template."""
    blueprint.add_app_template_filter(number_words, "figure")
    blueprint.add_app_template_filter(amount)


def number_words(value: Value, figure: Figure) -> str:
    """The number as a page shows it, without its unit; a share in percent, with one decimal."""
    if value.number is None:
        return str(_("无"))
    if figure.reduce is not Reduce.SHARE:
        return amount(value.number)
    if 0.9995 <= value.number < 1:  # not all, and it has to look so
        return "99.9"
    return str(format_decimal(round(value.number * 100, 1)))


def amount(value: float) -> str:
    """A number of things: 1,806."""
    return str(format_decimal(round(value, 2)))
