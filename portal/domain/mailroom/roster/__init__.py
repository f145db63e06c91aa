"""The ward's resident extract: read, checked, staged, applied."""
