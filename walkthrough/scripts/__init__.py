"""Programs that say a case once more, in PyTorch or in a notebook: as documents, for no format in particular."""
