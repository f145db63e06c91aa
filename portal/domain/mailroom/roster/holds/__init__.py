"""Holds on households, print texts for what cannot be printed, protection lists.

Called by the imports, the pages of holds and the command line.
"""
