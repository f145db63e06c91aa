"""Electronic coupons: the issuer's batches, one code per entitlement, reveal and stop.

Owns coupon batches, coupons, the issuer's statements and their differences, with their states.
Requests, incidents, the call desk, settlement, reports, the sites and ``portal coupons`` call it.
Imports ``foundation`` and the slices ``households`` and ``entitlements``.
"""
