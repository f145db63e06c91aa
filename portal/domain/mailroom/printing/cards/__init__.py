"""Cards and decision letters to people without a channel."""
