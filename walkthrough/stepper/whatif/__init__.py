"""Numbers of a case changed by hand, everything worked out anew, and the changed case as a file."""
