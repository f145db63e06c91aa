"""Commands of the people wing: ``portal coupons``, ``portal notices`` and ``portal staff``."""
