"""The staff site: another process, host name, cookie and content policy than the resident site."""
