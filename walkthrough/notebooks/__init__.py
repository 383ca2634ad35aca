"""Notebooks: what they show of a case, a trace and a step, and the page of a case with code in it that runs.

How a notebook is written down as a file is a format.
"""
