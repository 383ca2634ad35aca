"""Steps as rows and as JSON, for long tensors and for programs.

No layout on paper.
"""
