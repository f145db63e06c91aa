"""Households that somebody opened outside of their work, each with its reason and its review."""
