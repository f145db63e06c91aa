"""The first tables of the wing ``desk``."""
