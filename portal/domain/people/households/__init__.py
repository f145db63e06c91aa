"""Households and children as the ward handed them over, encrypted, with keyed indexes to find them."""
