"""Logs go to stdout: JSON in production, readable lines elsewhere."""

import logging
import os
import sys

import structlog


def set_up_logs() -> None:
    production = os.environ.get("FLASK_ENV", "production") == "production"
    renderer = structlog.processors.JSONRenderer() if production else structlog.dev.ConsoleRenderer()
    level = getattr(logging, os.environ.get("LOG_LEVEL", "INFO").upper(), logging.INFO)
    logging.basicConfig(stream=sys.stdout, level=level, format="%(message)s")
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
    )
