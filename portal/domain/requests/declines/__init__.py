"""Declines (辞退): a household gives up what a child would get; until the cut-off it may take that back."""
