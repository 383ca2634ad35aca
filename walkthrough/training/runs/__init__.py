"""Steps one after the other, the file in which they are kept, and any of them opened again."""
