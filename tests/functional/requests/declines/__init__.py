"""Declines in the portal, on paper and at the review desk."""
