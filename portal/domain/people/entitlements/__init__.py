"""One entitlement per child, holding the child's one state; coupon, alternative and decline meet only here."""
