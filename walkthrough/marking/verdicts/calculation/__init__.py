"""A case's calculation over intervals: what somebody's rounded numbers allow.

No verdict is given here.
"""
