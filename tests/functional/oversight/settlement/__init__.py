"""The settlement, played to its end on both databases."""
