"""Whether a line of a derivation holds: term by term, by SymPy, at points."""
