"""An editor in a small city, and one who has begun a draft."""

from __future__ import annotations

import pytest
from flask import Flask

from standards import queries
from tests.standards.drafting.made import Editor
from tests.standards.made import make_city, publish


@pytest.fixture
def editor(app: Flask) -> Editor:
    make_city()
    publish()
    return Editor(app, "first")


@pytest.fixture
def begun(editor: Editor) -> Editor:
    editor.begin(base=str(queries.version("sample", 1).id))
    return editor
