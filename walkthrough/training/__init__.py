"""Data sets to train on: drawn by code, or read from files with every byte accounted for.

Nothing is downloaded here, and nothing is said of a single step: that is a trace.
"""
