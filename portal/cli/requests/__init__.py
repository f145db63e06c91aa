"""Commands of the requests wing: ``portal stock``."""
