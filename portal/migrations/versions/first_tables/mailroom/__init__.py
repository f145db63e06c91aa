"""The first tables of the wing ``mailroom``."""
