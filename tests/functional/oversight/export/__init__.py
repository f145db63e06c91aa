"""Handing everything over to the ward."""
