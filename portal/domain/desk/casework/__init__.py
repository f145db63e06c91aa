"""A household as staff see it: found, masked, with everything that happened to it in one line of time."""
