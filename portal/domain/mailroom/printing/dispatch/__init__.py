"""From the hand-over to the post office."""
