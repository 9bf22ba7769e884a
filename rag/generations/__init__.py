"""The parts of a generation: one state of the index, built beside the current one, checked, then published in one step.

- folders: the pointer to the current generation, and who may read, write and remove one
- manifest: how it was made and of which articles
- store, vectors: its texts; its vectors, and the cache that embeds nothing twice
- soundness, checking: whether its files are what was published; all of it, in a child process
- locks: locks of the operating system on files

Chroma's part is rag/index.py, which opens a generation and searches it.
"""
