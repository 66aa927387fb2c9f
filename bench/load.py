"""A client that keeps a server busy: one thread, many kept connections, next to no work of its own.

A library's client takes longer over an answer than the server does, and would measure itself.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from selectors import EVENT_READ, DefaultSelector
from typing import Final

HOST: Final = "127.0.0.1"
CONNECTIONS: Final = 16
PATIENCE: Final = 10.0
CHUNK: Final = 1 << 16


def request(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nAccept: */*\r\n\r\n".encode("ascii")


def burst(port: int, requests: Iterator[bytes], seconds: float) -> float:
    """Send *requests* for so many seconds; how many were answered with 200 in a second."""
    with ExitStack() as stack:
        selector = stack.enter_context(DefaultSelector())
        for _ in range(CONNECTIONS):
            connection = stack.enter_context(socket.create_connection((HOST, port), PATIENCE))
            selector.register(connection, EVENT_READ, connection)
            connection.sendall(next(requests))
        return _answers(selector, requests, seconds) / seconds


def _answers(selector: DefaultSelector, requests: Iterator[bytes], seconds: float) -> int:
    answers = 0
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        for key, _ in selector.select(PATIENCE):
            connection: socket.socket = key.data
            _take_answer(connection)
            connection.sendall(next(requests))
            answers += 1
    return answers


def _take_answer(connection: socket.socket) -> None:
    """Read one whole answer. Raises RuntimeError unless it is 200 and says how long it is."""
    answer = connection.recv(CHUNK)
    while b"\r\n\r\n" not in answer:
        answer += _more(connection)
    head, body = answer.split(b"\r\n\r\n", 1)
    if not head.startswith(b"HTTP/1.1 200 "):
        raise RuntimeError(f"the server answered: {answer[:500]!r}")
    left = int(head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0]) - len(body)
    while left > 0:
        left -= len(_more(connection))


def _more(connection: socket.socket) -> bytes:
    received = connection.recv(CHUNK)
    if not received:
        raise RuntimeError("the server hung up")
    return received
