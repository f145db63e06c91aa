"""Slice: letters."""
