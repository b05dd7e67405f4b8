"""Webhook signatures: HMAC-SHA256 over the timestamp and the body."""

import hashlib
import hmac


def sign(key: str, timestamp: str, body: bytes) -> str:
    return hmac.new(key.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def is_valid(key: str, timestamp: str | None, body: bytes, signature: str | None) -> bool:
    if not timestamp or not signature:
        return False
    return hmac.compare_digest(sign(key, timestamp, body), signature)
