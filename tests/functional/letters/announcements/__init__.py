"""Households are informed once of their requests, and not at all if nothing automatic may be sent."""
