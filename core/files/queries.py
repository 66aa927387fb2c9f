"""Reading files."""

from __future__ import annotations

import sqlalchemy as sa

from core.db import db
from core.files.models import File


def known_contents() -> set[str]:
    """Every content that a row tells of."""
    rows = db.session.execute(sa.select(File.sha256, File.small_sha256))
    return {sha256 for row in rows for sha256 in row if sha256 is not None}
