"""The first tables of the wing ``contacts``."""
