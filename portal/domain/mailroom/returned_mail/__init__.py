"""Returned mail (clause 7(4)).

What came back is found by a scan, stopped at once, kept, sent again or destroyed.
"""
