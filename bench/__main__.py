"""``python -m bench [--small] [--strict] [name ...]``: measure, and print one table.

A claim that does not hold is told, not failed, because the machine may be busy; with ``--strict``
it fails.  Names are those of the modules; without one all are measured.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable, Iterator, Sequence

from bench import (
    audit,
    coverage,
    figures,
    filing,
    grids,
    imports,
    listing,
    matrix,
    nearest,
    page,
    postgis,
    serving,
    siting,
    snapshot,
    verdicts,
)
from bench.measure import Finding

BENCHES: dict[str, Callable[[bool], Iterator[Finding]]] = {
    "nearest": nearest.findings,
    "postgis": postgis.findings,
    "serving": serving.findings,
    "snapshot": snapshot.findings,
    "page": page.findings,
    "audit": audit.findings,
    "listing": listing.findings,
    "figures": figures.findings,
    "matrix": matrix.findings,
    "imports": imports.findings,
    "filing": filing.findings,
    "verdicts": verdicts.findings,
    "siting": siting.findings,
    "grids": grids.findings,
    "coverage": coverage.findings,
}
HEADINGS = ("what", "ours", "peer", "ratio", "promised", "holds")
HOLDS = {True: "yes", False: "NO", None: "-"}


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="bench", description="Claims about speed, beside a peer.")
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(BENCHES)}; all")
    parser.add_argument("--small", action="store_true", help="up to 70,000 sites, shorter bursts")
    parser.add_argument("--strict", action="store_true", help="fail if a claim does not hold")
    told = parser.parse_args(arguments)
    if unknown := [name for name in told.names if name not in BENCHES]:
        parser.error(f"no such bench: {', '.join(unknown)}")
    logging.disable(logging.INFO)
    found = list(_findings(told.names or list(BENCHES), told.small))
    print(_table(found))
    return int(told.strict and any(finding.holds is False for finding in found))


def _findings(names: Sequence[str], small: bool) -> Iterator[Finding]:
    for name in names:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        yield from BENCHES[name](small)


def _table(found: Sequence[Finding]) -> str:
    lines = [HEADINGS, *map(_cells, found)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, tuple("-" * width for width in widths))
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def _cells(finding: Finding) -> tuple[str, ...]:
    ratio = "" if finding.ratio is None else f"{finding.ratio:.2f}"
    return (
        finding.name,
        finding.ours,
        finding.peer,
        ratio,
        "-" if finding.promise is None else str(finding.promise),
        HOLDS[finding.holds],
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
