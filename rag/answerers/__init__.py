"""MENU of answerers: question + what was read -> draft. A file offers `CHOICE(settings) -> Answerer`."""

from collections.abc import Iterator
from typing import Protocol

from langchain_core.runnables import RunnableConfig

from rag.answerers._brief import Brief as Brief
from rag.answerers._brief import Excerpt as Excerpt
from rag.answerers._brief import excerpts as excerpts
from rag.records import Draft, DraftStatement


class Answerer(Protocol):
    """What every answerer promises."""

    def draft(self, brief: Brief, config: RunnableConfig | None = None) -> Iterator[DraftStatement | Draft]:
        """Each statement as soon as it is complete, resting on spans of the articles, then the Draft that holds them all.

        A Draft without statements is a refusal, or `failed`. Closing the iterator ends whatever work goes on behind it;
        `config` carries the callbacks to any model that is asked.
        """
