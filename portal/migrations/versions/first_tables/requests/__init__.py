"""The first tables of the wing ``requests``."""
