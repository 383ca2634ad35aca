"""A trained model's weights, from PyTorch's state_dict and to it; pickles are never read."""
