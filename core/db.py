"""The database: one base class, one way to write, one way to commit, on SQLite and PostgreSQL.

A request or command that writes says so first (:func:`writing`); its first SQL then begins the
transaction for writing, so that nobody reads a row and finds the door shut when changing it.
:func:`commit` is the one way to commit: it raises the revision of every subject whose tables were
touched, so that a snapshot held in another process knows that it is old, and does what was left
for the end of the transaction (:func:`at_commit`).
docs/decisions/0003 tells which measurements stand behind the settings.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final, TypeVar, cast

import sqlalchemy as sa
from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, registry
from sqlalchemy.sql.dml import UpdateBase

from core import connections
from core.config import Config
from core.connections import writing_mark

T = TypeVar("T")

log = logging.getLogger(__name__)

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An instant. Stored in UTC without a zone, so that both databases give the same back."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class FiniteFloat(sa.types.TypeDecorator[float]):
    """A float that is a number: SQLite would store NaN as NULL without a word."""

    impl = sa.Double
    cache_ok = True

    def process_bind_param(self, value: float | None, dialect: sa.Dialect) -> float | None:
        if value is not None and not abs(value) < float("inf"):
            raise ValueError(f"{value} cannot be stored")
        return value


class Base(DeclarativeBase):
    """Every table. A table says ``info={"revises": subject}`` if a snapshot depends on it."""

    registry = registry(
        metadata=sa.MetaData(naming_convention=NAMING),
        type_annotation_map={datetime: UtcDateTime(), float: FiniteFloat()},
    )


def table_of(model: type[Any]) -> sa.Table:
    """The table of a model, for statements that go past the unit of work."""
    return cast(sa.Table, model.__table__)


def one_of(members: Iterable[StrEnum], name: str) -> sa.CheckConstraint:
    """The check that column *name* holds one of an enum's *members*, which are text in the
    database."""
    values = ", ".join(f"'{member.value}'" for member in members)
    return sa.CheckConstraint(f"{name} IN ({values})", name=name)


class Revision(Base):
    """How often each subject has been written: the key of every snapshot held in memory."""

    __tablename__ = "revision"

    subject: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    number: Mapped[int]


db = SQLAlchemy(model_class=Base)

# Where a session keeps what waits for the end of its transaction, and for what comes after it.
_WAITING: Final = "at_commit"
_AFTER: Final = "after_commit"
# Where an app keeps bare connections that glance at revisions.
_SPARE: Final = "onekm.spare_connections"


def init_app(app: Flask, config: Config) -> None:
    """Bind the app to its database; nothing is connected to yet."""
    url = sa.make_url(config.database_url)
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = connections.options(url)
    db.init_app(app)
    with app.app_context():
        _listen(db.engine)
        app.extensions[_SPARE] = spare = deque[Any]()
        event.listen(db.engine, "engine_disposed", lambda _engine: _close_all(spare))


def _close_all(spare: deque[Any]) -> None:
    while spare:
        spare.pop().close()


def _listen(engine: sa.Engine) -> None:
    event.listen(engine, "before_execute", _note_touched)
    event.listen(engine, "commit", _refuse_unrevised)
    event.listen(engine, "rollback", _forget_touched)
    connections.listen(engine)


def make_room() -> None:
    """Let this transaction write a hundred thousand rows: more of them are held in memory, and the
    log is emptied only once others can write again. Only SQLite needs to be told."""
    connection = db.session.connection()
    if connection.dialect.name == "sqlite":
        connections.make_room(connection)


def _note_touched(
    connection: sa.Connection, clause: Any, _many: Any, _params: Any, options: Mapping[str, Any]
) -> None:
    if options.get("revises") is False:  # no snapshot tells what is written here
        return
    table = getattr(clause, "table", None) if getattr(clause, "is_dml", False) else None
    subject = table.info.get("revises") if isinstance(table, sa.Table) else None
    if subject is not None:
        connection.info.setdefault("touched", set()).add(subject)


def _forget_touched(connection: sa.Connection) -> None:
    connection.info.pop("touched", None)


def _refuse_unrevised(connection: sa.Connection) -> None:
    if connection.info.get("touched"):
        raise RuntimeError("commit with core.db.commit(): snapshots would not learn of the change")


@contextmanager
def writing() -> Iterator[None]:
    """A transaction for writing, committed at the end; an exception rolls it back."""
    db.session.rollback()
    _forget_waiting()
    with writing_mark():
        try:
            yield
            commit()
        except BaseException:
            db.session.rollback()
            raise
        finally:
            _forget_waiting()
            db.session.close()


def _forget_waiting() -> None:
    for name in (_WAITING, _AFTER):
        db.session.info.pop(name, None)


@contextmanager
def aside() -> Iterator[None]:
    """A short transaction after the request's own has ended: what must be kept though it failed."""
    db.session.rollback()
    with writing():
        yield


def at_commit(work: Callable[[list[T]], None], item: T) -> None:
    """Let *work* be done last in this transaction, once, with every item left for it, in order.

    What is rolled back is forgotten.  Raises RuntimeError within a savepoint, which could be rolled
    back alone and could not take the item with it.
    """
    _leave(_WAITING, work, item)


def after_commit(work: Callable[[list[T]], None], item: T) -> None:
    """The same for what others may learn of only once it is so: done after the commit.

    What fails then is logged; the commit stands, so somebody must be able to find out that *work*
    was not done.  *work* must not write to the database.
    """
    _leave(_AFTER, work, item)


def _leave(name: str, work: Callable[[list[T]], None], item: T) -> None:
    if db.session().in_nested_transaction():
        raise RuntimeError("what waits for the commit cannot be taken back by a savepoint")
    db.session.info.setdefault(name, {}).setdefault(work, []).append(item)


def commit() -> None:
    """Flush, raise the revision of each touched subject, do what waited for the end, commit.

    Then what was to come after it.
    """
    db.session.flush()
    connection = db.session.connection()
    for subject in sorted(connection.info.pop("touched", ())):
        _raise_revision(subject)
    for work, items in db.session.info.pop(_WAITING, {}).items():
        work(items)
    db.session.commit()
    for work, items in db.session.info.pop(_AFTER, {}).items():
        try:
            work(items)
        except Exception:
            log.exception("not done after the commit: %s", work)


@event.listens_for(db.session, "before_commit")
def _refuse_unfinished(session: Session) -> None:
    if session.info.get(_WAITING) and not session.in_nested_transaction():
        raise RuntimeError("commit with core.db.commit(): something waits to be done before")


def rows_written(statement: UpdateBase) -> int:
    """Do a statement that writes rows, past the unit of work; how many rows it wrote."""
    done = db.session.execute(statement.execution_options(synchronize_session=False))
    return cast("sa.CursorResult[Any]", done).rowcount


def insert_or(table: type[Base] | sa.Table) -> Any:
    """An INSERT that can say what becomes of a row that is there already: ``.on_conflict_do_…``.

    One statement, so that of two who are the first the second waits.
    """
    return {"sqlite": sqlite, "postgresql": postgresql}[db.engine.dialect.name].insert(table)


def _raise_revision(subject: str) -> None:
    first = insert_or(Revision).values(subject=subject, number=1)
    raised = {"number": Revision.__table__.c.number + 1}
    rows_written(first.on_conflict_do_update(index_elements=["subject"], set_=raised))


def revision(subject: str) -> int:
    """How often *subject* has been written; 0 before the first time.

    Every request asks this, so it is one statement on a bare connection, a seventh of what the
    session takes.  Within a transaction it is asked of the session: rows read there may be older
    than what others have committed since, and must not be taken for the newest.
    """
    if not (db.session.registry.has() and db.session().in_transaction()):
        # What goes wrong here goes wrong below too, and is told there in the usual words.
        with suppress(db.engine.dialect.loaded_dbapi.Error):
            return _glance(subject)
    return revision_of_rows(subject)


def revision_of_rows(subject: str) -> int:
    """The revision of the rows that the session's transaction reads; it begins here if need be.

    Who only reads sees one state throughout, so that all revisions are read together, once.
    """
    return once(_READ, _all_revisions).get(subject, 0)


#: Under which a transaction keeps the revisions that it reads.
_READ: Final = "revisions"


def _all_revisions() -> dict[str, int]:
    rows = db.session.execute(sa.select(Revision.subject, Revision.number))
    return {row.subject: row.number for row in rows}


def once(key: object, read: Callable[[], T]) -> T:
    """What *read* gives, asked once in a transaction that only reads; who writes reads anew."""
    if connections.is_writing():
        return read()
    transaction = db.session.connection().get_transaction()
    held: tuple[Any, dict[object, Any]] | None = db.session.info.get(_ONCE)
    if held is None or held[0] is not transaction:
        held = db.session.info[_ONCE] = transaction, {}
    if key not in held[1]:
        held[1][key] = read()
    found: T = held[1][key]
    return found


#: Where a session keeps its transaction with what was read in it.
_ONCE: Final = "read_once"


_GLANCE = {
    "sqlite": "SELECT number FROM revision WHERE subject = ?",
    "postgresql": "SELECT number FROM revision WHERE subject = %s",
}


def _glance(subject: str) -> int:
    """One statement on a bare connection of its own, in no transaction; a few are kept for it."""
    spare: deque[Any] = current_app.extensions[_SPARE]
    try:
        connection = spare.pop()
    except IndexError:
        connection = _bare_connection()
    try:
        found = connection.execute(_GLANCE[db.engine.dialect.name], (subject,)).fetchone()
    except BaseException:
        connection.close()
        raise
    spare.append(connection)
    return 0 if found is None else found[0]


def _bare_connection() -> Any:
    """A connection of the driver's own that the pool lets go of, without transactions."""
    proxy = db.engine.raw_connection()
    connection: Any = proxy.dbapi_connection
    proxy.detach()
    if db.engine.dialect.name == "postgresql":
        connection.rollback()
        connection.autocommit = True
    return connection
