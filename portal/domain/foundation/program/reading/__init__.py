"""Readers for the parts of a program file whose records are in ``schema``."""
