"""Resident journeys: one module is one controller with its forms."""
