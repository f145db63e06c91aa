"""The first tables of the wing ``people``."""
