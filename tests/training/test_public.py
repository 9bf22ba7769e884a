"""Public sets in the form in which they are published, a row of each made by hand."""

import json
from pathlib import Path

from rag.training.public import selqa


def test_a_selqa_section_keeps_which_sentences_answer_and_leaves_out_questions_without_any(tmp_path: Path) -> None:
    sentences = ["The gorge was cut by a river.", "A rail bridge of 1908 spans it.", "The bridge is 61 m high."]
    row = {"question": "How tall is the crossing? ", "article": "Gorge", "section": "Bridge", "candidates": sentences}
    file = tmp_path / "selqa.json"
    file.write_text(json.dumps([row | {"answers": [2, 1]}, row | {"answers": []}]), "utf-8")
    (example,) = selqa(file)
    assert (example.question, example.title, example.heading) == ("How tall is the crossing?", "Gorge", "Bridge")
    assert example.sentences == tuple(sentences)
    assert (example.held, example.unsure, example.span) == (2, frozenset({1}), None)
