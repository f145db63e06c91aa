"""The staff site as its people use it: in this process, on both databases."""
