"""The first tables of the wing ``oversight``."""
