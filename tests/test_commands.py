"""Every command of the shell, given what nobody should give it: told in words, never a traceback.

The commands are found by themselves, so that a new one is tried too.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import click
import pytest
from flask import Flask

#: Files that are none of what is asked for, each whatever it is called.
FILES: Final = {
    "empty": b"",
    "blank": b"\n\n  \n",
    "binary": bytes(random.Random(5).randbytes(4096)),
    "nul": b"code,name\x00,people\n1,2,3\n",
    "zip": b"PK\x03\x04" + b"\x00" * 200,
    "tiff": b"II*\x00" + b"\xff" * 200,
    "utf16": "code,name,people\n".encode("utf-16"),
    "long number": b"code,name,people\n371002000000,x," + b"9" * 5000 + b"\n",
    "json": b'{"type": "FeatureCollection", "features": [1e999, ' + b"9" * 5000 + b"]}",
    "deep": b"[" * 100_000,
    "toml": b"code = 1\nvalue = inf\nlong = 0x" + b"f" * 6000 + b"\nday = 0000-01-01\n",
    "graphml": b'<?xml version="1.0"?><graphml><graph><node id="a"/></graph>',
    "grid": b"lat,lon,people\n1e999,nan,-inf\n9,9," + b"9" * 5000 + b"\n",
    "quotes": b'code,name,people\n"1,2,3\n',
}
#: What a file may be called, which some readers go by.
SUFFIXES: Final = (".csv", ".xlsx", ".toml", ".geojson", ".tif", ".graphml")
TEXTS: Final = (
    *("", " ", "x", "-1", "0", "nan", "1e999", "9" * 5000, "１２", "²", "\x01", "\udcff"),
    *("371002000000", "999999999999", "0000-01-01", "10000-01-01", "0001-01-01", "9999-12-31"),
    *("0000017:", ":", "0000017:1e999,nan", "a=b=c", "sort=-", "24:00", "%00", "a" * 500),
)
DAYS: Final = ("0001-01-01", "9999-12-31", "0000-01-01", "10000-01-01", "2026-02-30", "x")
NUMBERS: Final = ("-1", "0", "10000", "9" * 5000, "1e999", "nan", "x", "2020")
#: They end only when they are told to, or have arguments that are not ours to try.
LEFT_OUT: Final = {("jobs", "work"), ("run",), ("shell",), ("routes",)}


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, command in sorted(group.commands.items()):
        here = (*path, name)
        if here[0] == "db" or here in LEFT_OUT:
            continue
        if isinstance(command, click.Group):
            yield from commands(command, here)
        else:
            yield here


def command(app: Flask, path: tuple[str, ...]) -> click.Command:
    found: click.Command = app.cli
    for name in path:
        assert isinstance(found, click.Group)
        found = found.commands[name]
    return found


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("files")
    made = [str(folder), str(folder / "missing.csv"), "/proc/self/mem", "/dev/null"]
    for name, content in FILES.items():
        for suffix in SUFFIXES:
            path = folder / f"{name}{suffix}"
            path.write_bytes(content)
            made.append(str(path))
    return made


def usual(parameter: click.Parameter, folder: Path) -> str:
    """Something that can be given for it, so that something else is what is tried."""
    match parameter.type:
        case click.Choice() as choice:
            return str(choice.choices[0])
        case click.Path() as path:
            return str(folder / ("file.csv" if path.exists else "out.csv"))
        case click.DateTime():
            return "2026-01-01"
        case kind if kind.name in ("integer", "float", "integer range", "float range"):
            return "2020"
    region = {"region", "place", "code"} & {parameter.name}
    return "371002000000" if region else "some"


def odd(parameter: click.Parameter, files: list[str], folder: Path) -> list[str]:
    match parameter.type:
        case click.Choice():
            return ["x"]
        case click.Path() as path:
            return files if path.exists else [str(folder), "/nowhere/x", "/dev/full", "/proc/x"]
        case click.DateTime():
            return list(DAYS)
        case kind if kind.name in ("integer", "float", "integer range", "float range"):
            return list(NUMBERS)
    return list(TEXTS)


def written(parameter: click.Parameter, value: str) -> list[str]:
    if isinstance(parameter, click.Option):
        return [f"{parameter.opts[0]}={value}"]
    return [value]


def trials(found: click.Command, files: list[str], folder: Path) -> Iterator[list[str]]:
    """Each parameter in turn is given everything odd, all others that are needed the usual."""
    able = [p for p in found.params if not (isinstance(p, click.Option) and p.is_flag)]
    yield []
    for tried in able:
        for value in odd(tried, files, folder):
            options: list[str] = []
            arguments: list[str] = []
            for one in able:
                if one is not tried and not one.required:
                    continue
                given = written(one, value if one is tried else usual(one, folder))
                (options if isinstance(one, click.Option) else arguments).extend(given)
            yield [*options, "--", *arguments]


def paths() -> list[tuple[str, ...]]:
    from wsgi import FEATURES

    made: Any = click.Group("all")
    for feature in FEATURES:
        for one in feature.commands:
            made.add_command(one)
    return list(commands(made))


@pytest.mark.parametrize("path", paths(), ids=" ".join)
def test_no_command_ends_with_a_traceback(
    app: Flask, path: tuple[str, ...], files: list[str], tmp_path: Path
) -> None:
    (tmp_path / "file.csv").write_text("code,name,people\n371002000000,x,5\n")
    found = command(app, path)
    for arguments in trials(found, files, tmp_path):
        result = app.test_cli_runner().invoke(app.cli, [*path, *arguments])
        fault = result.exception
        assert fault is None or isinstance(fault, SystemExit), (
            [argument[:80] for argument in arguments],
            fault,
        )
        assert "Traceback" not in result.output
