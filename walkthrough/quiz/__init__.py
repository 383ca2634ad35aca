"""The quiz: a worked example that fades, and a filled sheet with one mistake in it.

What is asked, marked and kept is plain data; only `app` knows Textual.
"""
