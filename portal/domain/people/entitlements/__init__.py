"""One entitlement per child, which holds the child's one state.

Owns the table of entitlements, its states and the claim of the one open request. Coupon,
alternative and decline meet only here: requests, coupons, printing, the roster, incidents and
settlement call it. Imports ``foundation`` and ``households``.
"""
