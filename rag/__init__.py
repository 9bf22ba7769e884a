"""Cutaway: cited answers from articles. The public names; each is loaded when it is first used, so `import rag` is quick."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.assistant import Assistant as Assistant
    from rag.errors import CutawayError as CutawayError
    from rag.records import Answer as Answer
    from rag.records import Article as Article
    from rag.records import Citation as Citation
    from rag.records import Statement as Statement
    from rag.settings import Settings as Settings

__version__ = "0.1.0"
_HOMES = {
    "Answer": "records",
    "Article": "records",
    "Assistant": "assistant",
    "Citation": "records",
    "CutawayError": "errors",
    "Settings": "settings",
    "Statement": "records",
}
__all__ = ["Answer", "Article", "Assistant", "Citation", "CutawayError", "Settings", "Statement"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'rag' has no attribute {name!r}; it offers {', '.join(__all__)}")
    return getattr(import_module(f"rag.{_HOMES[name]}"), name)
