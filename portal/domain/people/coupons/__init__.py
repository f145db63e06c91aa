"""Electronic coupons: the issuer's batches, one code per entitlement, reveal, stop."""
