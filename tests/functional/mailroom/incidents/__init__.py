"""Coupon faults, incidents, site notices and downtime."""
