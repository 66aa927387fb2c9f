"""A file of 113,000 new sites with hours and offerings, from the shell, while others write.

The import is one process and its reader another; what both hold together is looked at ten
times a second.  Meanwhile somebody else writes every tenth of a second, and the longest wait
is told.  The peer is what the product promises at most.
"""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from openpyxl import Workbook

from bench.made import made
from bench.measure import Finding, Promise, Sense, duration
from bench.register import SINCE, VILLAGES, opened
from core.access import command
from core.catalogue import actions as catalogue_actions
from core.catalogue import importer as catalogue_importer
from core.db import writing

ROWS: Final = 113_000
FEW: Final = 5_000
SECONDS: Final = 60.0
MEGABYTES: Final = 300.0
WAIT: Final = 1.0
#: What the command alone may take, before it reads a row.
START: Final = 10.0
OFFERED: Final = 3
HEADINGS: Final = ("网点名称", "类型", "区划代码", "地址", "电话", "经度", "纬度", "营业时间")
KINDS: Final = ("村卫生室", "社区", "便民服务中心", "两定机构")
HOURS: Final = ("周一至周五 8:30-11:30 13:30-17:00", "每天 8:00-18:00", "周一至周六 8:00-12:00")

AT_MOST: Final = Promise(Sense.AT_MOST, 1)

#: Somebody who writes every tenth of a second, and says how long each time took.
WRITER: Final = """
import sys, time
import sqlalchemy as sa
from core.db import db, writing
from core.sites.models import Site
from wsgi import create_app

with create_app().app_context():
    while True:
        began = time.monotonic()
        with writing():
            db.session.execute(sa.update(Site).where(Site.serial == 1).values(phone=str(began)))
        print(time.monotonic() - began, flush=True)
        time.sleep(0.1)
"""


def findings(small: bool) -> Iterator[Finding]:
    rows = FEW if small else ROWS
    for form in ("csv", "xlsx"):
        with tempfile.TemporaryDirectory(prefix="onekm-bench-") as name:
            yield from _measured(Path(name), form, rows)


def _measured(folder: Path, form: str, rows: int) -> Iterator[Finding]:
    with opened(folder, made(1)), writing():
        catalogue_actions.take_over(command("bench"), catalogue_importer.read().entries, SINCE)
    services = [entry.name for entry in catalogue_importer.read().entries]
    path = folder / f"sites.{form}"
    (_csv if form == "csv" else _xlsx)(path, services, rows)
    allowed = max(SECONDS * rows / ROWS, START)
    for what in ("new", "again"):
        with _writing(folder) as waits:
            seen = _import(folder, path)
        name = f"import {rows:,} rows of {form}, {what}"
        yield _finding(name, seen.seconds, allowed, duration)
        yield _finding(f"{name}: memory", seen.megabytes, MEGABYTES, lambda m: f"{m:.0f} MB")
        yield _finding(f"{name}: another's longest wait", max(waits), WAIT, duration)


def _finding(name: str, ours: float, most: float, told: object) -> Finding:
    words = told if callable(told) else str
    return Finding(name, words(ours), words(most), ours / most, AT_MOST)


# -- The file -----------------------------------------------------------------------------------


def _rows(services: int, rows: int) -> Iterator[list[str]]:
    for number in range(rows):
        offered = ["" for _ in range(services)]
        for each in range(OFFERED):
            offered[(number + 5 * each) % services] = ("直办", "帮办")[each % 2]
        yield [
            f"{_name(number)}卫生室",
            KINDS[number % len(KINDS)],
            f"{4 + number % VILLAGES:012}",
            f"海滨路{number}号",
            f"0631-{number:07}",
            f"{121 + number % 997 * 0.001 + number * 1e-6:.6f}",
            f"{36.5 + number // 997 * 0.002:.6f}",
            HOURS[number % len(HOURS)],
            *offered,
        ]


def _name(number: int) -> str:
    """A name of three characters; no two within a village are alike."""
    letters = "东西南北中上下前后大小新老山水河海林田园桥石沙金银玉龙凤云风花果木竹松柏"
    name = ""
    for _ in range(3):
        number, rest = divmod(number, len(letters))
        name += letters[rest]
    return name + "村"


def _csv(path: Path, services: list[str], rows: int) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*HEADINGS, *services])
        writer.writerows(_rows(len(services), rows))


def _xlsx(path: Path, services: list[str], rows: int) -> None:
    book = Workbook(write_only=True)
    page = book.create_sheet("网点")
    page.append([*HEADINGS, *services])
    for row in _rows(len(services), rows):
        page.append([cell or None for cell in row])
    book.save(path)


# -- The import and those beside it -------------------------------------------------------------


@dataclass(slots=True)
class Seen:
    seconds: float = 0.0
    megabytes: float = 0.0
    parts: list[str] = field(default_factory=list)


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: text for name, text in os.environ.items() if not name.startswith("ONEKM_")}
    url = f"sqlite:///{folder / 'register.sqlite3'}"
    own = {"ONEKM_HOME": str(folder), "ONEKM_DATABASE_URL": url, "FLASK_APP": "wsgi"}
    return {**kept, **own}


def _import(folder: Path, path: Path) -> Seen:
    seen = Seen()
    arguments = ["sites", "import", str(path), "--datum", "wgs84"]
    began = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-m", "flask", *arguments],
        env=_environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        watching = threading.Thread(target=_watch, args=(process.pid, seen), daemon=True)
        watching.start()
        told = process.communicate()[0]
    seen.seconds = time.monotonic() - began
    if process.returncode:
        raise RuntimeError(told)
    return seen


def _watch(pid: int, seen: Seen) -> None:
    """Note what the process and its children hold together, until they end."""
    while True:
        try:
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            pages = sum(map(_resident, (str(pid), *children)))
        except OSError:
            return
        seen.megabytes = max(seen.megabytes, pages / 1024)
        time.sleep(0.1)


def _resident(pid: str) -> int:
    """Kilobytes of memory that are the process's own, shared ones in part; 0 once it has ended."""
    try:
        found = re.search(r"\nPss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text())
    except OSError:
        return 0
    return int(found[1]) if found else 0


@contextmanager
def _writing(folder: Path) -> Iterator[list[float]]:
    """Somebody writes within; gives how long each time took."""
    waits: list[float] = []
    with subprocess.Popen(
        [sys.executable, "-c", WRITER],
        env={**_environment(folder), "PYTHONPATH": str(Path(__file__).parent.parent)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        waits.append(float(process.stdout.readline()))
        reading = threading.Thread(
            target=lambda: waits.extend(map(float, process.stdout or ())), daemon=True
        )
        reading.start()
        try:
            yield waits
        finally:
            process.terminate()
            reading.join(10)
