"""Passages as LangChain Documents, and the retriever that gives them."""

from collections.abc import Callable, Sequence

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from rag.citations import known_since
from rag.index import Index
from rag.records import Retrieved

Search = Callable[[str], tuple[Index, Sequence[Retrieved]]]


class PassageRetriever(BaseRetriever):
    """Passages as LangChain Documents; metadata: slug, passage, heading, start, end, title, date, publisher, url, score.

    `search` gives the index and what it found in it, best first; it raises QuestionError for an empty or overlong query.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)
    search: Search

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        index, found = self.search(query)
        return [_document(index, retrieved) for retrieved in found]


def _document(index: Index, retrieved: Retrieved) -> Document:
    passage = retrieved.passage
    article = index.article(passage.article)
    under = [r for r in article.references if passage.start <= r.start < passage.end]
    return Document(
        id=passage.id,
        page_content=passage.text,
        metadata={
            "slug": article.slug,
            "passage": passage.id,
            "heading": passage.heading,
            "start": passage.start,
            "end": passage.end,
            "title": article.title,
            "date": known_since(under, article),
            "publisher": article.publisher,
            "url": article.url,
            "score": retrieved.score,
            "ranks": dict(retrieved.ranks),
        },
    )
