"""Commands of the people wing: ``coupons``, ``shops``, ``notices``, ``staff`` and others."""
