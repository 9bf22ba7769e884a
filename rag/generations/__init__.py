"""The parts of a generation: one state of the index, built beside the current one, checked, then published in one step.

    folders    the folders, the pointer to the current one, who may read, write and remove
    manifest   how it was made and of which articles      store   its texts      vectors   its vectors, and their cache
    soundness  whether the files are what was published   checking   all of it, in a child process
    locks      locks of the operating system on files

Chroma's part is `rag/index.py`, which opens a generation and searches it.
"""
