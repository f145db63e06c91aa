"""Resident self-service portal and staff site for a ward's child-rearing support program."""
