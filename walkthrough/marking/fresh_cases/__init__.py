"""An exercise with other numbers of the same shape, which reveals all that the first reveals.

Nothing is marked here, and nothing that the first one's source says is kept.
"""
