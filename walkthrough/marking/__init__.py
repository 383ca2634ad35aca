"""Marking somebody's own arithmetic: worksheets, verdicts, and what a slip probably was."""
