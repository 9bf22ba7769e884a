"""The parts of training: how the span reader in `rag/readers/_span` is made, and made again (extra `train`).

- data, distortions: the examples, and questions made worse on purpose
- batches: examples as tensors, and the losses
- runs: the rounds of a run, which `python -m rag.training` starts
- tuning: what the logits are worth, and the probabilities made of them
- export: a finished run as the files that ship, by `python -m rag.training.export`
"""
