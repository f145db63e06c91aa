"""The first tables of the wing ``foundation``."""
