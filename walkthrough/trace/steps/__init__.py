"""How each number comes about, step by step: what kinds of step there are, and which one a cell has."""
