"""What a worker makes once and keeps for all its tests, though each has an app of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from core.accounts import passwords
from core.db import db
from tests.core.accounts.made import CHEAP


class Compiled(BytecodeCache):
    """Templates as they were compiled the first time."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key] = bucket.bytecode_to_string()


TEMPLATES: Final = Compiled()
#: Statements as they were compiled the first time, by what kind of database they are for.
STATEMENTS: Final[dict[str, LRUCache[Any, Any]]] = {}
#: What makes a rule what it is once it is compiled, and what is bound to it besides.
_COMPILED: Final = ("_parts", "_trace", "_converters", "arguments")
_BOUND: Final = ("_build", "_build_unknown")


def give(app: Flask) -> None:
    """Let the app find what those before it have made."""
    app.jinja_env.bytecode_cache = TEMPLATES
    with app.app_context():
        kind = db.engine.dialect.name
        db.engine._compiled_cache = STATEMENTS.setdefault(kind, LRUCache(5_000))


@contextmanager
def kept() -> Iterator[None]:
    """Addresses are compiled once, two engines of one kind speak the same dialect, and a password
    costs nothing: what is tested is not how slow guessing is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "compile", _once(Rule.compile))
        patch.setattr(DefaultDialect, "__eq__", lambda self, other: type(self) is type(other))
        patch.setattr(DefaultDialect, "__hash__", lambda self: hash(type(self)))
        patch.setattr(passwords, "HASHER", CHEAP)
        patch.setattr(passwords, "NOBODY", CHEAP.hash("nobody has it"))
        yield


def _once(compile_rule: Callable[[Rule], None]) -> Callable[[Rule], None]:
    first: dict[tuple[object, ...], Rule] = {}

    def compiled(rule: Rule) -> None:
        key = (rule.rule, repr(rule.defaults), rule.subdomain, rule.merge_slashes)
        if key not in first:
            compile_rule(rule)
            first[key] = rule
            return
        for name in _COMPILED:
            setattr(rule, name, getattr(first[key], name))
        for name in _BOUND:
            setattr(rule, name, getattr(first[key], name).__func__.__get__(rule))

    return compiled
