"""The application factory, and Flask's own server when the module is run."""

import os
from typing import Any

import structlog
from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue

from .exporter import Exporter
from .logs import set_up_logs
from .settings import Settings, load_settings
from .signature import is_valid
from .version import read_version

log = structlog.get_logger()


def create_app(settings: Settings | None = None) -> Flask:
    """Make the application. Without settings they are loaded from the environment and AWS."""
    set_up_logs()
    settings = settings or load_settings()
    app = Flask(__name__)
    exporter = Exporter(settings.bucket)
    app.extensions["exporter"] = exporter
    add_health_routes(app, settings, exporter)
    add_webhook_routes(app, settings, exporter)
    app.register_error_handler(404, lambda _: (jsonify(error="not found"), 404))
    app.register_error_handler(500, lambda _: (jsonify(error="internal error"), 500))
    log.info("ready", version=read_version(), bucket=settings.bucket)
    return app


def add_health_routes(app: Flask, settings: Settings, exporter: Exporter) -> None:
    @app.get("/health")
    def health() -> ResponseReturnValue:
        return jsonify(status="healthy", service="benchling-webhook", version=read_version())

    @app.get("/health/ready")
    def ready() -> ResponseReturnValue:
        return jsonify(status="ready", orchestration="python")

    @app.get("/health/live")
    def live() -> ResponseReturnValue:
        return jsonify(status="alive")

    @app.get("/health/secrets")
    def secrets() -> ResponseReturnValue:
        known = bool(settings.webhook_key)
        return jsonify(source="arn" if settings.secret.startswith("arn:") else "name", webhook_key=known), (
            200 if known else 503
        )

    @app.get("/config")
    def config() -> ResponseReturnValue:
        return jsonify(settings.masked())


def add_webhook_routes(app: Flask, settings: Settings, exporter: Exporter) -> None:
    @app.before_request
    def verify() -> ResponseReturnValue | None:
        if request.method != "POST" or not settings.verify:
            return None
        timestamp, signature = request.headers.get("webhook-timestamp"), request.headers.get("webhook-signature")
        if is_valid(settings.webhook_key, timestamp, request.get_data(), signature):
            return None
        return jsonify(error="invalid signature"), 401

    @app.post("/event")
    def event() -> ResponseReturnValue:
        entry_id, payload = entry_of(request.get_json(silent=True))
        if entry_id is None:
            return jsonify(error="no entry in the payload"), 400
        exporter.submit(entry_id, payload)
        return jsonify(status="accepted", entry=entry_id), 202

    @app.post("/lifecycle")
    def lifecycle() -> ResponseReturnValue:
        payload = request.get_json(silent=True) or {}
        log.info("lifecycle", type=payload.get("type"))
        return jsonify(status="received")

    @app.post("/canvas")
    def canvas() -> ResponseReturnValue:
        entry_id, _ = entry_of(request.get_json(silent=True))
        return jsonify(blocks=[{"type": "MARKDOWN", "id": "link", "value": f"Package of {entry_id or 'no entry'}"}])


def entry_of(payload: Any) -> tuple[str | None, dict[str, Any]]:
    """The entry's id, made safe for a key, and the payload as a mapping."""
    if not isinstance(payload, dict):
        return None, {}
    entry_id = payload.get("entryId") or payload.get("resourceId")
    if not isinstance(entry_id, str) or not entry_id.replace("_", "").replace("-", "").isalnum():
        return None, payload
    return entry_id, payload


if __name__ == "__main__":
    create_app().run(
        host="0.0.0.0",
        port=int(os.environ.get("PORT", "5000")),
        debug=os.environ.get("FLASK_ENV") == "development",
    )
