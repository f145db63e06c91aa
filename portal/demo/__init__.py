"""Invented wards, households and accidents; used by the demo, the tests and the bench."""
