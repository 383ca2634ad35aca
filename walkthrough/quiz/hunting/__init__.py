"""Find the mistake: one slip is planted in a filled sheet, and somebody looks for it.

Asking for numbers is elsewhere.
"""
