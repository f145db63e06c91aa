"""The one address of the list of shops, short enough to be typed from a letter."""

PAGE = "/shops"
"""Letters that were posted name it: it never changes."""
FOLDER = f"{PAGE}/"
"""Below it, the list in each language."""
