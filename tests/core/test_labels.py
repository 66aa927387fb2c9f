from __future__ import annotations

import json
import pickle

import pytest
from flask import Flask
from flask_babel import force_locale
from flask_babel import lazy_gettext as _l

from core.labels import Labelled


class Door(Labelled):
    OPEN = "open", _l("可用")
    SHUT = "shut", _l("已停止")


def test_a_member_is_its_value_and_nothing_else() -> None:
    assert Door.OPEN.value == "open"
    assert Door("shut") is Door.SHUT
    assert f"{Door.OPEN}" == "open"
    assert json.dumps({Door.OPEN: Door.SHUT}) == '{"open": "shut"}'
    assert pickle.loads(pickle.dumps(Door.OPEN)) is Door.OPEN


def test_a_member_is_called_by_the_language_of_whoever_reads_it(app: Flask) -> None:
    with app.test_request_context():
        assert str(Door.SHUT.label) == "已停止"
        with force_locale("en"):
            assert str(Door.SHUT.label) == "Stopped"


def test_a_member_without_a_label_is_refused() -> None:
    with pytest.raises(ValueError, match="not enough values"):
        Labelled("Window", {"OPEN": "open"})
