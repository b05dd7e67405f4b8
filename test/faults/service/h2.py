"""Speaks nothing but HTTP/2, without TLS, and answers every request alike: with its routes; with `grpc`, as gRPC's
health service does; with `both`, over HTTP/1.1 as well, on the same port."""

import asyncio
import re
import signal
import sys

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY = 0, 1, 3, 4, 6, 7
END_STREAM = ACK = 1
END_HEADERS = 4
ROUTES = b'{"openapi": "3.1.0", "paths": {"/items": {"post": {}}}}'
GRPC = sys.argv[1:] == ["grpc"]
BOTH = sys.argv[1:] == ["both"]


def frame(kind, flags, stream, payload=b""):
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def called(status):
    """The headers that end an answer of gRPC."""
    return b"\0\x0bgrpc-status" + bytes([len(status)]) + status


class Talk(asyncio.Protocol):
    every = set()

    def connection_made(self, transport):
        self.transport, self.received, self.begun, self.open = transport, b"", False, set()
        Talk.every.add(self)

    def connection_lost(self, error):
        Talk.every.discard(self)

    def data_received(self, data):
        self.received += data
        if not self.begun:
            if not self.received.startswith(PREFACE[: len(self.received)]):
                return self.older() if BOTH else self.transport.abort()
            if not self.received.startswith(PREFACE):
                return
            self.received, self.begun = self.received[len(PREFACE) :], True
            self.transport.write(frame(SETTINGS, 0, 0))
        while len(self.received) >= 9 + (size := int.from_bytes(self.received[:3], "big")):
            kind, flags, stream = self.received[3], self.received[4], int.from_bytes(self.received[5:9], "big")
            payload, self.received = self.received[9 : 9 + size], self.received[9 + size :]
            self.take(kind, flags, stream, payload)

    def older(self):
        Talk.every.discard(self)
        older = Older(self.transport)
        self.transport.set_protocol(older)
        older.data_received(self.received)

    def take(self, kind, flags, stream, payload):
        if kind in (SETTINGS, PING) and not flags & ACK:
            self.transport.write(frame(kind, ACK, 0, payload if kind == PING else b""))
        elif kind in (HEADERS, DATA):
            self.open.add(stream)
            if flags & END_STREAM:
                self.answer(stream)
        elif kind == RST_STREAM:
            self.open.discard(stream)

    def answer(self, stream, status=b"0"):
        self.open.discard(stream)
        head = b"\x88\x0f\x10\x10application/grpc" if GRPC else b"\x88"
        self.transport.write(frame(HEADERS, END_HEADERS, stream, head))
        if GRPC:
            self.transport.write(frame(DATA, 0, stream, bytes([0, 0, 0, 0, 2, 8, 1])))
            self.transport.write(frame(HEADERS, END_HEADERS | END_STREAM, stream, called(status)))
        else:
            self.transport.write(frame(DATA, END_STREAM, stream, ROUTES))


class Older(asyncio.Protocol):
    """A connection of HTTP/1.1."""

    every = set()

    def __init__(self, transport):
        self.transport, self.open = transport, b""
        Older.every.add(self)

    def connection_lost(self, error):
        Older.every.discard(self)

    def data_received(self, data):
        self.open += data
        while (end := self.open.find(b"\r\n\r\n") + 4) >= 4:
            length = re.search(rb"(?i)\ncontent-length: *(\d+)", self.open[:end])
            end += int(length[1]) if length else 0
            if len(self.open) < end:
                return
            self.open = self.open[end:]
            self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(ROUTES), ROUTES))


async def drain():
    for talk in Talk.every:
        talk.transport.write(frame(GOAWAY, 0, 0, (2**31 - 1).to_bytes(4, "big") + bytes(4)))
    while any(one.open for one in Talk.every | Older.every):
        await asyncio.sleep(0.05)


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Talk, "0.0.0.0", 8000)
    stop = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    await stop.wait()
    server.close()
    await drain()


asyncio.run(main())
