"""Resident pages: information."""
