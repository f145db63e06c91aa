"""Resident pages: requests."""
