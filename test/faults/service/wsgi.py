"""A service whose routes read no body: a request can only be held in flight on a route added from outside."""

import os
import signal
import threading
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIServer, make_server

from flask.app import Flask


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = False


app = Flask()
app.chained = os.environ.get("CHAINED") == "1"
server = make_server("0.0.0.0", 8000, app, server_class=Server)


def stop(number, frame):
    threading.Thread(target=server.shutdown).start()


signal.signal(signal.SIGTERM, stop)
server.serve_forever()
server.server_close()
