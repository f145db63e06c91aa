"""FAX: what residents send becomes a case with a queue of its own; the reply goes out through the office's machine."""
