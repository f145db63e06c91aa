"""Templates and static files: the Jinja environment, the layout of pages, stylesheets, hashed names."""
