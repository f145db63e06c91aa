"""FAX: what residents send becomes a case with a queue of its own.

The reply goes out through the office's machine.
"""
