"""The PyTorch side of `scripts/compare-with-pytorch`: models, parity check, timing."""
