"""What the post says, taken over."""
