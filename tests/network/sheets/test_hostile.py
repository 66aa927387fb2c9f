"""Files that would harm whoever opens them, sent to the pages that read a file while one waits."""

from __future__ import annotations

import resource
import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import Workbook
from werkzeug.test import TestResponse

from core.accounts import passwords
from core.accounts.rules import Role
from core.clock import today
from tests.core.accounts.made import CHEAP, csrf, give_authenticator, make_person, signed_in
from tests.network.conftest import Made, made

__all__ = ["made"]

CITY = "371000000000"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#: How much more memory this process may have taken meanwhile, in bytes.
MOST = 48 * 1024 * 1024


def packed(**parts: bytes) -> bytes:
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"<Types/>")
        archive.writestr("_rels/.rels", _rels({"officeDocument": "xl/workbook.xml"}))
        for name, data in parts.items():
            archive.writestr(f"xl/{name}" if "." in name else f"xl/{name}.xml", data)
    return written.getvalue()


def _rels(kinds: dict[str, str]) -> str:
    kept = "".join(
        f'<Relationship Id="r{number}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(kinds.items(), 1)
    )
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<Relationships xmlns="{space}">{kept}</Relationships>'


def workbook(fill: Callable[[Any], object]) -> bytes:
    book, written = Workbook(), BytesIO()
    fill(book.active)
    book.save(written)
    return written.getvalue()


def entities() -> bytes:
    said = "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' if n else '<!ENTITY a0 "lol">' for n in range(12)
    )
    return f"<!DOCTYPE x [{said}]><workbook>&a11;</workbook>".encode()


def sparse(page: Any) -> None:
    page["A1"], page["XFD1048576"] = "x", "y"


def repeated() -> bytes:
    """One long text, which is kept once and stands in a great many cells."""
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    kinds = {"worksheet": "worksheets/sheet1.xml", "sharedStrings": "sharedStrings.xml"}
    cells = "".join(
        f'<row r="{row}">' + f'<c r="A{row}" t="s"><v>0</v></c></row>' for row in range(1, 1001)
    )
    text = "".join(chr(0x4E00 + number * 7919 % 20_000) for number in range(20_000))
    parts = {
        "workbook": f'<workbook {main} xmlns:r="{OFFICE}"><sheets>'
        '<sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>',
        "_rels/workbook.xml.rels": _rels(kinds),
        "worksheets/sheet1": f"<worksheet {main}><sheetData>{cells}</sheetData></worksheet>",
        "sharedStrings": f"<sst {main}><si><t>{text}</t></si></sst>",
    }
    return packed(**{name: part.encode() for name, part in parts.items()})


FILES: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "zip bomb": ("a.xlsx", lambda: packed(workbook=b"\0" * (60 << 20)), "压缩得异常"),
    "entity bomb": ("a.xlsx", lambda: packed(workbook=entities()), "不完整"),
    "a sheet of milliards": ("a.xlsx", lambda: workbook(sparse), "超出了内存"),
    "a text in every cell": ("a.xlsx", repeated, "表格太大"),
    "many rows": ("a.csv", lambda: b"a\n" * 20_001, "表格太大"),
    "a row of many columns": ("a.csv", lambda: b"," * 400 + b"a\n", "列太多"),
    "a long cell": ("a.csv", lambda: b"a" * 100_000, "不是 CSV"),
    "no text": ("a.csv", lambda: b"\xff\xfa\xff" * 10, "编码"),
    "another name": ("a.xlsx", lambda: b"code,name\n", "纯文本"),
    "old workbook": ("a.xls", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, ".xls"),
}


@pytest.fixture
def admin(app: Flask, made: Made, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    monkeypatch.setattr(passwords, "HASHER", CHEAP)
    account_id = make_person("admin", Role.CITY_ADMIN, CITY)
    give_authenticator(account_id)
    return signed_in(app, account_id)


def send(client: FlaskClient, route: str, name: str, data: bytes) -> TestResponse:
    form = {"csrf_token": csrf(client), "file": (BytesIO(data), name)}
    more = {
        "/matrix/import": {"timing": "from", "on": today().isoformat()},
        "/regions/changes/new": {"on": today().isoformat(), "source": "a document"},
    }
    answer = client.post(route, data=form | more[route], content_type="multipart/form-data")
    answer.request.environ["wsgi.input"].close()  # a large one is a file
    return answer


@pytest.mark.parametrize("route", ["/matrix/import", "/regions/changes/new"])
@pytest.mark.parametrize("what", FILES)
def test_it_is_refused_in_words_and_no_memory_is_taken(
    admin: FlaskClient, route: str, what: str
) -> None:
    name, make, told = FILES[what]
    data = make()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answer = send(admin, route, name, data)
    assert answer.status_code in (400, 422)
    assert told in answer.text
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MOST // 1024


@pytest.mark.parametrize("route", ["/matrix/import", "/regions/changes/new"])
def test_more_than_a_megabyte_is_not_taken_at_all(admin: FlaskClient, route: str) -> None:
    assert send(admin, route, "a.csv", b"a\n" * (1 << 20)).status_code == 413
