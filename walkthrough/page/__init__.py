"""What is said of a trace: lines of working, general formulas, reasons, grids, records for programs.

No output format: those know only the document that is made here.
"""
