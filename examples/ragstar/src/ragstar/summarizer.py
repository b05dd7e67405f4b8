"""What a repository is about, in a few sentences of the model."""

from ragstar import ollama
from ragstar.config import Settings
from ragstar.repository import TextFile

MAX_PROMPT_CHARACTERS = 12_000


def summarize(name: str, files: list[TextFile], settings: Settings) -> str:
    # The README says most, then come the files nearest to the root.
    ranked = sorted(files, key=_rank)
    tree = "\n".join(file.path for file in files[:200])
    text = "\n\n".join(f"--- {file.path}\n{file.text}" for file in ranked)
    prompt = f"Summarise the repository {name} in five sentences.\n\nIts files:\n{tree}\n\n{text}"
    return ollama.generate(prompt[:MAX_PROMPT_CHARACTERS], settings)


def _rank(file: TextFile) -> tuple[bool, int, str]:
    return not file.path.lower().startswith("readme"), file.path.count("/"), file.path
