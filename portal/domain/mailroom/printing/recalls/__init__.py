"""Letters that must not go out any more although the mail house has them."""
