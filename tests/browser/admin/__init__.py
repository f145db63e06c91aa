"""The staff site in a browser."""
