"""The parts of a generation: one state of the index, built beside the current one, checked, then published in one step.

- folders: the pointer to the current generation, and who may read, write and remove one
- manifest: how it was made and of which articles
- store, vectors: its texts; its vectors, and the cache that embeds nothing twice
- soundness: whether its files are what was published
- checking, probing: the same of every row and of Chroma's graph; in a child process; that child
- openings: who has Chroma's files open, and when that child must look at them first
- disk: whether a fault is one of the disk, and the sentence for it
- locks: locks of the operating system on files

rag/index.py opens a generation and searches it.
"""
