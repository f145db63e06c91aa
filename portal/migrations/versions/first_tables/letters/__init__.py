"""The first tables of the wing ``letters``."""
