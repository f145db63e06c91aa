"""Returned mail, from the scanner to the shelf."""
