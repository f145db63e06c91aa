"""One entitlement per child, holding the child's one state.

Coupon, alternative and decline meet only here.
"""
