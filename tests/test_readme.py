"""The first Python block of the README runs as it stands there, in a process of its own."""

import os
import re
import subprocess
import sys
from pathlib import Path

from rag.assistant import Assistant

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"^```python\n(.*?)^```", re.M | re.S)


def block() -> str:
    found = BLOCK.search((ROOT / "README.md").read_text(encoding="utf-8"))
    assert found, "README.md has no ```python block"
    return found[1]


def test_the_block_of_the_readme_runs_and_prints_a_cited_answer(shipped: Assistant) -> None:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("RAG_")}
    environment = kept | {"RAG_HOME": str(shipped.settings.home)}
    done = subprocess.run(
        [sys.executable, "-c", block()], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=200
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_the_block_of_the_readme_is_under_ten_lines_and_uses_the_public_names() -> None:
    lines = [line for line in block().splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert len(lines) < 10
    assert "from rag import Assistant" in block()
