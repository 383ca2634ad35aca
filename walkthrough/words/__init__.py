"""What the program says and understands in words: messages, mistakes in files, the words on shelves.

Nothing about mathematics; everybody may import it.
"""
