"""Settlement (clause 11).

Every child ends in exactly one final state, and the yen add up to the last one.
"""
