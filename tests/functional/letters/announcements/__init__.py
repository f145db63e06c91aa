"""Households are informed of requests once, and not at all if nothing automatic may be sent."""
