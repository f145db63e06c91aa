"""Wing: Who is concerned and how they get in: households, entitlements, coupons, credentials, staff, sign-in."""
