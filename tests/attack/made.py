"""What the attacks have in common."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from core.accounts.models import SignIn
from core.db import Base, db, writing
from tests.core.accounts.made import World
from tests.permission_table import routes
from tests.test_permissions import path_of

#: By which names something was asked of a request, since it was last cleared.
READ: Final[set[str]] = set()


@dataclass(frozen=True)
class Attacker:
    """Somebody with a browser, and the token that its forms carry."""

    who: str
    client: FlaskClient
    token: str
    account: int | None = None

    def ask(self, method: str, path: str, **more: Any) -> Any:
        """The answer; with the sign-in of the beginning, as signing out is among what is tried."""
        cookie = self.client.get_cookie("session")
        answer = self.client.open(path, method=method, **more)
        answer.get_data()
        answer.close()
        if cookie is not None:
            self.client.set_cookie("session", cookie.value)
        if method == "POST" and self.account is not None:
            self._come_back()
        return answer

    def _come_back(self) -> None:
        ended = sa.update(SignIn).where(
            SignIn.account_id == self.account, SignIn.ended_at.is_not(None)
        )
        with writing():
            db.session.execute(
                ended.values(ended_at=None).execution_options(synchronize_session=False)
            )

    def is_in(self) -> bool:
        """Whether the sign-in of the beginning still holds."""
        return self.account is None or self.client.get("/me").status_code == 200


def addresses(app: Flask, world: World, method: str) -> Iterator[tuple[str, str]]:
    """The endpoint and an address, there for somebody, of each rule that takes the method."""
    for _name, taken, rule in routes(app):
        if taken == method and rule.endpoint != "static":
            yield rule.endpoint, path_of(rule, "own", world)


#: Tables that say who was here, which every request may write.
_TRACES: Final = frozenset({"sign_in", "attempt"})


def contents() -> dict[str, list[Any]]:
    """Every row of every table but the traces that requests leave."""
    db.session.rollback()
    found = {}
    for table in Base.metadata.sorted_tables:
        if table.name not in _TRACES:
            rows = db.session.execute(sa.select(table)).all()
            found[table.name] = sorted(map(repr, rows))
    db.session.rollback()
    return found
