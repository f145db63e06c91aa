"""The staff site: a separate process with its own host name, cookie and content policy."""
