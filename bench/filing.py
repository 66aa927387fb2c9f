"""Visits and photos taken in a second, beside empty writes and empty uploads of the same app.

The product's own server runs two processes over the demonstration city, a worker beside it.  Eight
clients file visits that only a telephone knew of, first without photos, then each with four: the
record, then one photo after the other.  An empty write is a transaction that writes a row of no
meaning; an empty upload is read to its end and thrown away.  All of them ask for the same door: a
session, a token, a permission.  To be held are 25 visits and 100 photos a second, without an error.
"""

from __future__ import annotations

import hashlib
import json
import signal
import struct
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from http.client import HTTPConnection
from http.cookiejar import CookieJar
from io import BytesIO
from itertools import chain
from pathlib import Path
from re import search
from statistics import median
from time import perf_counter, sleep
from typing import Any, Final
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener
from uuid import uuid4

import sqlalchemy as sa
from flask import Flask, request
from PIL import Image, ImageFilter

import wsgi
from bench import city
from bench.load import HOST
from bench.measure import Finding, Promise, Sense
from bench.serving import PATIENCE, server
from core.access import Permission, requires, takes
from core.db import Revision, db, rows_written, writing
from core.sizes import MEGABYTE

#: Of visits that are complete with their record: what follows from one is written with it.
VISITS: Final = Promise(Sense.AT_LEAST, 0.12)
WHOLE: Final = Promise(Sense.AT_LEAST, 0.1)
PHOTOS: Final = 4
CLIENTS: Final = 8
TRIES: Final = 10
#: What a telephone makes of a photo: at most two million pixels.
SIDE: Final = (1600, 1200)


def create_app() -> Flask:
    """The product with two views more, which do next to nothing."""
    app = wsgi.create_app()
    door = requires(Permission.INSPECTIONS_WRITE)
    app.add_url_rule("/bench/write", view_func=door(write), methods=["PUT"])
    upload_view = takes(16 * MEGABYTE)(door(upload))
    app.add_url_rule("/bench/upload", view_func=upload_view, methods=["PUT"])
    return app


def write() -> dict[str, Any]:
    """A transaction that writes one row."""
    with writing():
        known = sa.update(Revision).where(Revision.subject == "bench")
        if not rows_written(known.values(number=Revision.number + 1)):
            db.session.add(Revision(subject="bench", number=1))
    return {}


def upload() -> dict[str, Any]:
    return {"size": len(request.get_data())}


@dataclass(frozen=True)
class Inspector:
    """Somebody signed in: what every request of hers bears, and what she may visit."""

    port: int
    headers: dict[str, str]
    site: str
    versions: dict[str, str]
    asked: list[tuple[str, str]]


def findings(small: bool) -> Iterator[Finding]:
    with tempfile.TemporaryDirectory(prefix="onekm-bench-") as folder:
        home = Path(folder)
        city.load(home)
        city.run(home, "demo", "ready", "--city", city.CITY)
        with server(home, "bench.filing:create_app()", processes=2) as port, _worker(home):
            inspector = _sign_in(home, port)
            yield from _findings(inspector, 32 if small else 96)
            yield _made(home)


def _findings(inspector: Inspector, number: int) -> Iterator[Finding]:
    rounds = max(2, number // 24)
    bare = [[_filing(inspector, str(uuid4()), ())] for _ in range(number)]
    write = ("/bench/write", b"{}", "application/json")
    yield _finding("visits filed", inspector, bare, [[write]] * number, rounds, VISITS)
    shots = [[_shot(4 * visit + place) for place in range(PHOTOS)] for visit in range(number)]
    whole = [_with_photos(inspector, str(uuid4()), each) for each in shots]
    empty = [[write, *(("/bench/upload", shot, "image/jpeg") for shot in each)] for each in shots]
    size = len(shots[0][0]) // 1024
    name = f"visits with {PHOTOS} photos of {size} kB"
    yield _finding(name, inspector, whole, empty, rounds, WHOLE)


@contextmanager
def _worker(home: Path) -> Iterator[None]:
    """The product's worker, which makes photos anew meanwhile."""
    command = [sys.executable, "-m", "flask", "jobs", "work"]
    with (home / "worker.log").open("wb") as log:
        worker = subprocess.Popen(
            command, env=city.environment(home), cwd=wsgi.ROOT, stdout=log, stderr=log
        )
    try:
        yield
    finally:
        worker.send_signal(signal.SIGINT)
        worker.wait(PATIENCE)


def _made(home: Path) -> Finding:
    """How long it takes until every photo is made anew, once nothing more comes."""
    began, held = perf_counter(), home / "held"
    left = len(list(held.glob("*")))
    while list(held.glob("*")) and perf_counter() - began < PATIENCE:
        sleep(0.2)
    waited = perf_counter() - began
    return Finding(
        "photos still to be made anew", f"{left}, done in {waited:,.0f} s", "", None, None
    )


Request = tuple[str, bytes, str]


def _finding(
    name: str,
    inspector: Inspector,
    ours: Sequence[Sequence[Request]],
    peer: Sequence[Sequence[Request]],
    rounds: int,
    promise: Promise,
) -> Finding:
    """Each member is sent by one client in its order, as a telephone sends a visit."""
    busy: Counter[str] = Counter()
    pairs = [
        (
            _rate(inspector, ours[part::rounds], busy, "ours"),
            _rate(inspector, peer[part::rounds], busy, "peer"),
        )
        for part in range(rounds)
    ]
    return Finding(
        name=name,
        ours=_told(median(own for own, _ in pairs), len(ours[0]) - 1, busy["ours"]),
        peer="empty " + _told(median(other for _, other in pairs), len(peer[0]) - 1, busy["peer"]),
        ratio=median(own / other for own, other in pairs),
        promise=promise,
    )


def _told(rate: float, photos: int, busy: int) -> str:
    told = f"{rate:,.0f}/s" + (f" + {rate * photos:,.0f} photos/s" if photos else "")
    return told + (f", {busy} × 503" if busy else "")


def _rate(
    inspector: Inspector, visits: Sequence[Sequence[Request]], busy: Counter[str], whose: str
) -> float:
    """Visits a second, all of them answered well in the end: who is told 503 comes again."""
    began = perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        statuses = list(
            pool.map(lambda visit: [_patiently(inspector, one) for one in visit], visits)
        )
    took = perf_counter() - began
    told = list(chain.from_iterable(chain.from_iterable(statuses)))
    busy[whose] += told.count(503)
    if wrong := [status for status in told if status not in (200, 201, 503)]:
        raise RuntimeError(f"{len(wrong)} of {len(told)} were refused: {wrong[0]}")
    return len(visits) / took


def _patiently(inspector: Inspector, one: Request) -> list[int]:
    """The statuses of a request that is sent until it is taken."""
    found = [_put(inspector, *one)]
    while found[-1] == 503 and len(found) < TRIES:
        found.append(_put(inspector, *one))
    return found


def _put(inspector: Inspector, path: str, body: bytes, kind: str) -> int:
    with closing(HTTPConnection(HOST, inspector.port, timeout=60)) as connection:
        headers = {**inspector.headers, "Content-Type": kind}
        connection.request("PUT", path, body, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status


def _sign_in(home: Path, port: int) -> Inspector:
    """By name and password, as written down beside the demonstration."""
    text = (home / "demo-accounts.txt").read_text(encoding="utf-8")
    found = search(r"\ninspector\n  username  (\S+)\n  password  (\S+)", text)
    if found is None:
        raise RuntimeError("the demonstration has no inspector")
    jar = CookieJar()
    browser = build_opener(HTTPCookieProcessor(jar))
    address = f"http://{HOST}:{port}"
    token = search(r'name="csrf_token" value="([^"]+)"', _read(browser, address + "/signin"))
    form = {"csrf_token": token[1] if token else "", "username": found[1], "password": found[2]}
    browser.open(address + "/signin", urlencode(form).encode()).close()
    told = json.loads(_read(browser, address + "/inspections/outbox"))["data"]
    cookies = "; ".join(f"{one.name}={one.value}" for one in jar)
    day = _read(browser, address + "/inspections/")
    visit = search(r'visit-link" href="(/inspections/[0-9a-f-]{36})"', day)
    page = _read(browser, address + (visit[1] if visit else ""))
    site = search(r'data-site="(\d+)"', page)
    versions = search(r'data-versions="([^"]+)"', page)
    if site is None or versions is None:
        raise RuntimeError("the demonstration has no visit to make")
    return Inspector(
        port=port,
        headers={"Cookie": cookies, "X-CSRFToken": told["csrf"]},
        site=site[1],
        versions=json.loads(versions[1].replace("&#34;", '"')),
        asked=_keys(page),
    )


def _read(browser: OpenerDirector, address: str) -> str:
    with browser.open(address) as answer:
        return str(answer.read().decode())


def _keys(page: str) -> list[tuple[str, str]]:
    found, key = [], search(r'data-key="([^"/]+)/([^"]+)"', page)
    while key is not None:
        found.append((key[1], key[2]))
        page = page[key.end() :]
        key = search(r'data-key="([^"/]+)/([^"]+)"', page)
    return found


def _with_photos(inspector: Inspector, uuid: str, shots: Sequence[bytes]) -> list[Request]:
    photos = [(f"/inspections/{uuid}/photos/{_sha(shot)}", shot, "image/jpeg") for shot in shots]
    return [_filing(inspector, uuid, shots), *photos]


def _filing(inspector: Inspector, uuid: str, shots: Sequence[bytes]) -> Request:
    """A visit at which all is well but one thing."""
    answers = [
        {"standard": standard, "criterion": code, "result": "pass", "reason": "seen"}
        for standard, code in inspector.asked
    ]
    answers[0] |= {"result": "fail", "note": "not seen"}
    record = {
        "site": inspector.site,
        "versions": inspector.versions,
        "started_at": (datetime.now(UTC) - timedelta(hours=1)).isoformat(),
        "answers": answers,
        "photos": [{"sha256": _sha(shot), "size": len(shot)} for shot in shots],
    }
    return f"/inspections/{uuid}", json.dumps(record).encode(), "application/json"


def _shot(number: int) -> bytes:
    """A picture about as hard to compress as a photo; its comment makes it one of its own."""
    comment = str(number).encode()
    told = b"\xff\xfe" + struct.pack(">H", 2 + len(comment)) + comment
    picture = _picture(number % 8)
    return picture[:2] + told + picture[2:]


@cache
def _picture(number: int) -> bytes:
    noise = Image.effect_noise((200, 150), 40 + number)
    written = BytesIO()
    picture = noise.resize(SIDE).filter(ImageFilter.GaussianBlur(2)).convert("RGB")
    picture.save(written, "JPEG", quality=85)
    return written.getvalue()


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
