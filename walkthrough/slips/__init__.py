"""The shelf of slips: one file per chapter, one function per slip."""
