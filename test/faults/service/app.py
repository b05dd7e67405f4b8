"""A small service on the standard library: healthy as it is, and each fault of the table changes a line or two of it."""

import base64
import contextlib
import hashlib
import json
import os
import signal
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

REQUIRED = ["GREETING", "API_TOKEN"]
missing = [name for name in REQUIRED if not os.environ.get(name)]
if missing:
    sys.exit(f"settings: {', '.join(missing)} must be set")

PATHS = {"/health": {"get": {}}, "/items": {"get": {}, "post": {"requestBody": {}}}, "/events": {"get": {}}}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_one_request(self):
        server.idle.add(self.connection)
        try:
            super().handle_one_request()
        except ConnectionError:
            self.close_connection = True
        finally:
            server.idle.discard(self.connection)
        if server.ending.is_set():
            self.close_connection = True

    def parse_request(self):
        server.idle.discard(self.connection)
        return super().parse_request()

    def do_GET(self):
        if self.path == "/health":
            self.answer(200, {"status": "ok"})
        elif self.path == "/openapi.json":
            self.answer(200, {"openapi": "3.1.0", "paths": PATHS})
        elif self.path == "/items":
            self.answer(200, self.items())
        elif self.path == "/events":
            self.stream()
        elif self.path == "/ws":
            self.talk()
        else:
            self.answer(404, {"detail": "not found"})

    def do_POST(self):
        if self.path != "/items":
            self.answer(404, {"detail": "not found"})
            return
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        try:
            self.answer(200, json.loads(body))
        except ValueError:
            self.answer(422, {"detail": "not JSON"})

    def stream(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        while not server.ending.wait(0.2):
            self.wfile.write(b"data: now\n\n")

    def talk(self):
        """A WebSocket on which nothing is said until the service ends."""
        key = self.headers.get("Sec-WebSocket-Key", "") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", base64.b64encode(hashlib.sha1(key.encode()).digest()).decode())
        self.end_headers()
        self.close_connection = True
        server.ending.wait()
        self.wfile.write(b"\x88\x02" + (1001).to_bytes(2))

    def items(self):
        return []

    def answer(self, status, content):
        data = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, text, *args):
        print(text % args)


class Server(ThreadingHTTPServer):
    daemon_threads = False  # Closing the server waits for the requests in flight.
    idle = set()  # Connections on which the next request has not begun.
    ending = threading.Event()


server = Server(("0.0.0.0", 8000), Handler)


def stop(number, frame):
    server.ending.set()
    for connection in list(server.idle):
        with contextlib.suppress(OSError):  # Its client has just gone.
            connection.shutdown(socket.SHUT_RD)
    threading.Thread(target=server.shutdown).start()


signal.signal(signal.SIGTERM, stop)
print("listening on 8000")
server.serve_forever()
server.server_close()
print("stopped")
