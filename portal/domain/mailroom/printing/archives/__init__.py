"""Encrypted archives of runs for the mail house."""
