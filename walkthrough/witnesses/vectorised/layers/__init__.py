"""Closed forms of layers: a file each, named as in case files, with `forward` and `backward`."""
