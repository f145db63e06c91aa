"""Returned mail (clause 7(4)): what came back is found by a scan, stopped at once, kept, sent again or destroyed."""
