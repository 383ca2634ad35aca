"""Programs that say a case once more, in PyTorch or a notebook: as documents, for no format in particular."""
