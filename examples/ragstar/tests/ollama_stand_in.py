"""Answers as Ollama does, without a model: by the first words of the prompt.

Also run by docker-compose.yml.
"""

import argparse
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))))
        if self.path != "/api/generate":
            self._answer(404, {"error": f"there is no {self.path}"})
        elif body.get("model") == "missing":
            self._answer(404, {"error": "model 'missing' not found"})
        else:
            words = " ".join(body["prompt"].split()[:12])
            self._answer(200, {"model": body["model"], "response": f"About: {words}", "done": True})

    def _answer(self, status: int, body: dict[str, object]) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        pass


def serve(address: str, port: int) -> ThreadingHTTPServer:
    return ThreadingHTTPServer((address, port), Handler)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=11434)
    serve("", parser.parse_args().port).serve_forever()
