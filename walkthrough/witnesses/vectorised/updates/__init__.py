"""The closed forms of update rules: a file for each, named as in case files."""
