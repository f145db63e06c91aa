"""Invented callers, and how what was done with them is scored."""
