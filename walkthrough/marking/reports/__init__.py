"""What is said of marked worksheets: of one, of a class, and to programs.

Nothing is marked here.
"""
