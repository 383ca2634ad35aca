"""Pages, records, reasons and the verification: what a reader is told, redone."""
