"""Subcontractors and the files sent to them."""
