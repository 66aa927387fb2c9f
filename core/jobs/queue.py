"""The queue that tells workers of jobs: Huey on a file of its own, or on a Redis.

It carries UUIDs and may lose or repeat them; the rows are the truth (actions.py).
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from flask import Flask, current_app
from flask.globals import app_ctx
from huey import Huey, RedisHuey, SqliteHuey
from huey.exceptions import ConfigurationError as HueyConfiguration
from huey.registry import Message
from huey.serializer import Serializer

from core.config import Config, ConfigurationError
from core.web import settings

NAME: Final = "onekm"
_QUEUE: Final = "onekm.queue"
_making: Final = threading.Lock()

Work = Callable[[str], None]


class _Plain(Serializer):  # type: ignore[misc]  # Huey has no types
    """Messages as JSON: what others can write to must not be unpickled here."""

    def _serialize(self, data: Any) -> bytes:
        return json.dumps(data).encode()

    def _deserialize(self, data: bytes) -> Any:
        return Message(*json.loads(data))


@dataclass(slots=True)
class Queue:
    """Huey, and what a worker does with the UUID that it takes from it; others put one in."""

    huey: Huey
    put: Callable[[str], object]
    work: Work | None = None


def queue() -> Queue:
    """The queue of this app, made when it is first needed."""
    with _making:
        made: Queue | None = current_app.extensions.get(_QUEUE)
        if made is None:
            made = current_app.extensions[_QUEUE] = _made(app_ctx.app)
        return made


def _made(app: Flask) -> Queue:
    huey = _huey(settings())

    def job(uuid: str) -> None:
        work = made.work
        if work is not None:
            with app.app_context():
                work(uuid)

    made = Queue(huey, huey.task()(job))
    return made


def _huey(config: Config) -> Huey:
    serializer = _Plain()
    if config.queue_url is not None:
        try:
            return RedisHuey(NAME, url=config.queue_url, results=False, serializer=serializer)
        except HueyConfiguration:
            raise ConfigurationError("ONEKM_QUEUE_URL needs the package redis") from None
    path = config.home / "queue.sqlite3"
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    # Not in WAL mode: the standard library's SQLite may have the fault of docs/decisions/0003.
    return SqliteHuey(
        NAME, filename=str(path), journal_mode="delete", results=False, serializer=serializer
    )


def tell(uuids: list[str]) -> None:
    """Tell the workers that these jobs wait."""
    put = queue().put
    for uuid in uuids:
        put(uuid)


def is_empty() -> bool:
    """Whether the workers have taken all that they were told of."""
    return bool(queue().huey.pending_count() == 0)
