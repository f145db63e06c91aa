"""Resident pages: coupons."""
