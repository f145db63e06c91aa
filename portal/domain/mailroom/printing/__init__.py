"""Slice: printing."""
