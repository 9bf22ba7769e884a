"""`python -m rag.training`: start a run, or go on with it."""

from rag.training.runs import Run, options

if __name__ == "__main__":
    Run(options()).train()
