"""A derivation as text, Markdown, LaTeX, HTML and JSON."""
