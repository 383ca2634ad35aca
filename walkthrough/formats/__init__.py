"""The shelf of output formats: one file each, named as on the command line."""
