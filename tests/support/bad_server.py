"""A local server that writes the bytes of its replies itself, and so can behave as badly as any provider."""

from __future__ import annotations

import contextlib
import gzip
import socket
import socketserver
import ssl
import threading
import time
from collections.abc import Callable, Iterator

TYPES = {
    "json": "application/json",
    "csv": "text/csv",
    "html": "text/html; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class Exchange:
    """One request and the way to answer it: ``number`` counts those before it, ``target`` is path and query."""

    def __init__(self, connection: socket.socket, target: str, number: int, over: threading.Event) -> None:
        self.connection, self.target, self.number, self.over = connection, target, number, over

    def send(self, raw: bytes) -> None:
        self.connection.sendall(raw)

    def head(self, status: str = "200 OK", **headers: str) -> None:
        lines = [
            f"HTTP/1.1 {status}",
            *(f"{k.replace('_', '-')}: {v}" for k, v in headers.items()),
            "Connection: close",
        ]
        self.send("\r\n".join([*lines, "", ""]).encode())

    def reply(self, body: bytes, status: str = "200 OK", **headers: str) -> None:
        self.head(status, **{"Content_Length": str(len(body)), **headers})
        self.send(body)

    def slowly(self, body: bytes, pause: float = 1.0) -> None:
        """Send a byte at a time until the test is over."""
        for n in range(len(body)):
            if self.over.wait(pause):
                return
            self.send(body[n : n + 1])

    def hang(self) -> None:
        """Say nothing until the test is over."""
        self.over.wait(60)


Behaviour = Callable[[Exchange], None]


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    block_on_close = False


@contextlib.contextmanager
def serving(behave: Behaviour, context: ssl.SSLContext | None = None) -> Iterator[tuple[str, list[str]]]:
    """Run a server that behaves so; give its address and the list of targets that it was asked for."""
    asked: list[str] = []
    over = threading.Event()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError, ValueError):  # the client has gone: what the test is about
                connection = self.request
                if context:
                    connection = context.wrap_socket(connection, server_side=True)
                head = b""
                while b"\r\n\r\n" not in head and (part := connection.recv(65536)):
                    head += part
                words = head.split(b" ")
                if len(words) < 2:
                    return
                asked.append(words[1].decode())
                behave(Exchange(connection, asked[-1], len(asked) - 1, over))
                if context:
                    connection.unwrap()

    with _Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield f"{'https' if context else 'http'}://127.0.0.1:{server.server_address[1]}", asked
        finally:
            over.set()
            server.shutdown()
            thread.join(5)


def zeros(size: int) -> bytes:
    """Return a small gzip of many zeros."""
    return gzip.compress(b"0" * size, 9, mtime=0)


def endless(exchange: Exchange, form: str, first: bytes) -> None:
    """Send a reply that does not end, as fast as it is taken."""
    exchange.head(Content_Type=TYPES[form])
    exchange.send(first)
    began = time.monotonic()
    while time.monotonic() - began < 20 and not exchange.over.is_set():
        exchange.send(b" " * 65536)
