"""Wing: Who is concerned and how they get in.

Households, entitlements, coupons, credentials, staff, sign-in.
"""
