"""A plain retrieve-and-print script of LangChain's stock parts: stock_chain.py CHROMA_FOLDER WEIGHTS_FOLDER QUESTION."""

import sys

from langchain_chroma import Chroma
from langchain_huggingface import HuggingFaceEmbeddings

folder, weights, question = sys.argv[1:]
embeddings = HuggingFaceEmbeddings(model_name=weights, encode_kwargs={"normalize_embeddings": True})
store = Chroma(collection_name="passages", embedding_function=embeddings, persist_directory=folder)
for document in store.similarity_search(question, k=4):
    print(f"{document.metadata['title']}, {document.metadata['date']}\n{document.page_content}\n")
