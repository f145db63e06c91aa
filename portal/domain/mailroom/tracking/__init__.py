"""Tracking (clause 7(3), 7(4)).

What the post says of letters and parcels, taken over in any order, never guessed.
"""
