"""The paper alternative: asked for per child, its coupon stopped, taken from stock, packed by two people, posted."""
