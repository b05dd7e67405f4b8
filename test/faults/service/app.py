"""A small service on the standard library: healthy as it is, and each fault of the table changes a line or two of it."""

import json
import os
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

REQUIRED = ["GREETING", "API_TOKEN"]
missing = [name for name in REQUIRED if not os.environ.get(name)]
if missing:
    sys.exit(f"settings: {', '.join(missing)} must be set")

PATHS = {"/health": {"get": {}}, "/items": {"get": {}, "post": {"requestBody": {}}}}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/health":
            self.answer(200, {"status": "ok"})
        elif self.path == "/openapi.json":
            self.answer(200, {"openapi": "3.1.0", "paths": PATHS})
        elif self.path == "/items":
            self.answer(200, self.items())
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


server = Server(("0.0.0.0", 8000), Handler)


def stop(number, frame):
    threading.Thread(target=server.shutdown).start()


signal.signal(signal.SIGTERM, stop)
print("listening on 8000")
server.serve_forever()
server.server_close()
print("stopped")
