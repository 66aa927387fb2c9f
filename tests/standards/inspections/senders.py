"""A process that is many telephones: each sends the same record and its photos, all at once."""

from __future__ import annotations

import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.standards.inspections.made import jpeg, sha

PATIENCE = 120
AT_ONCE = 10
#: A request that finds the server busy comes again, as a telephone does.
TRIES = 8


@dataclass(frozen=True)
class Order:
    """What is to be sent, by whom, how often."""

    session: str
    token: str
    record: dict[str, Any]
    uuids: list[str]
    copies: int

    def text(self) -> str:
        return json.dumps(asdict(self))


def shots() -> list[bytes]:
    """The photos of each copy; how many is said by ONEKM_SHOTS."""
    return [jpeg(colour) for colour in ("red", "blue")[: int(os.environ.get("ONEKM_SHOTS", "2"))]]


def put(address: str, order: Order, path: str, data: bytes, kind: str) -> int:
    headers = {
        "Cookie": f"session={order.session}",
        "X-CSRFToken": order.token,
        "Content-Type": kind,
    }
    for _try in range(TRIES):
        request = urllib.request.Request(address + path, data, headers, method="PUT")
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            if error.code != 503:
                return error.code
    return 503


def copy(address: str, order: Order, uuid: str) -> Iterator[str]:
    """One copy: the record, then its photos."""
    path = f"/inspections/{uuid}"
    body = json.dumps(order.record).encode()
    yield f"record:{put(address, order, path, body, 'application/json')}"
    for shot in shots():
        status = put(address, order, f"{path}/photos/{sha(shot)}", shot, "image/jpeg")
        yield f"photo:{status}"


def main(address: str, path: str, number: str, of: str) -> None:
    order = Order(**json.loads(Path(path).read_text()))
    # The copies of one visit lie side by side, and every process has some of each.
    todo = [uuid for uuid in order.uuids for _copy in range(order.copies)][int(number) :: int(of)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        told = pool.map(lambda uuid: list(copy(address, order, uuid)), todo)
        for statuses in told:
            sys.stdout.write(" ".join(statuses) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
