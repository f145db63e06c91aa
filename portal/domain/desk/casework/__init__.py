"""A household as staff see it.

Found, masked, with everything that happened to it in one line of time.
"""
