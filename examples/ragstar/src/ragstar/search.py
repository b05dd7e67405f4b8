"""Finds passages by their words. No model is loaded or fetched for it."""

import hashlib
import math
import re

DIMENSIONS = 256
_WORD = re.compile(r"[A-Za-z]+|\d+")


def embed(text: str) -> list[float]:
    """A vector of length 1: each word counts in the place that its hash names."""
    vector = [0.0] * DIMENSIONS
    for word in _WORD.findall(text.lower()):
        digest = hashlib.blake2b(word.encode(), digest_size=4).digest()
        vector[int.from_bytes(digest) % DIMENSIONS] += 1.0
    length = math.sqrt(sum(value * value for value in vector))
    return [value / length for value in vector] if length else [1.0, *vector[1:]]


def chunks(text: str, lines: int) -> list[str]:
    """Passages of so many lines, each with a quarter of the one before it."""
    rows = text.splitlines()
    step = max(1, lines - lines // 4)
    starts = range(0, max(1, len(rows) - lines // 4), step)
    return [chunk for start in starts if (chunk := "\n".join(rows[start : start + lines]).strip())]
