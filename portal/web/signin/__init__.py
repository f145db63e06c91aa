"""Resident pages: signin."""
