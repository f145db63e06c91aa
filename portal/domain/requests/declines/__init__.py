"""Declines (辞退): a household gives up what a child would get.

Until the cut-off it may take that back.
"""
