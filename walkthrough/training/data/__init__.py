"""Data sets: drawn by code, or read from files with every byte accounted for; nothing is downloaded."""
