"""The language model, by Ollama's HTTP interface."""

import httpx

from ragstar.config import Settings


class OllamaError(Exception):
    """The model gave no answer; the message says why."""


def generate(prompt: str, settings: Settings) -> str:
    body = {"model": settings.ollama_model, "prompt": prompt, "stream": False}
    try:
        answer = httpx.post(f"{settings.ollama_url}/api/generate", json=body, timeout=120)
        answer.raise_for_status()
        return str(answer.json()["response"]).strip()
    except (httpx.HTTPError, ValueError, KeyError) as error:
        raise OllamaError(f"{settings.ollama_url} gave no answer: {error}") from error
