"""The file as it was sent, with what is wrong beside it, to send back."""

from __future__ import annotations

from typing import IO, Any

from core.db import db
from core.imports import queries
from core.imports.models import Import
from core.imports.queries import File
from core.sheets import workbooks


def write(out: IO[bytes], files: Import[Any, Any], file: File, title: str) -> None:
    """Write the annotated workbook of a file; *title* is that of a sheet that has none."""
    rows = queries.told(files, file)
    told = {(row.sheet, row.line): (row.verdict.label, row.problems) for row in rows}
    headings = {layout.sheet: layout.line for layout in file.layouts}
    workbooks.annotated(out, queries.raw(files, file), told, headings, title)
    db.session.rollback()
