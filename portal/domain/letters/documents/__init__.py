"""Texts and forms of the ward as data.

Every version with its content, and the ward's approval (R48, clause 15).
"""
