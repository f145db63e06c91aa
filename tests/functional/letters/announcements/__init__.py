"""Households are told once how their requests go on, and not at all where nothing automatic may be sent."""
