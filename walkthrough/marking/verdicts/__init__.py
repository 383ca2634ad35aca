"""The one pass over a worksheet: is each number right, and from whose numbers.

No slip is sought here.
"""
