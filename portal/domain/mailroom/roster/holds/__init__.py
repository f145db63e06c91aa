"""Holds on households, print texts for unprintable characters, and protection lists.

Called by the imports, the staff pages of holds and protection, and ``portal roster``.
"""
