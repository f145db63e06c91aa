"""What both sites share and what knows Litestar: database, sessions, forms, templates, senders."""
