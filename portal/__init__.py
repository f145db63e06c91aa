"""Resident self-service portal and staff site for a ward's child-rearing support program."""

__version__ = "0.2.0.dev0"
