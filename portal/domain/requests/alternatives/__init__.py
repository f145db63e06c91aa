"""The paper alternative.

Asked for per child, its coupon stopped, taken from stock, packed by two people, posted.
"""
