"""Wing: What goes to households on paper: documents, letters, announcements, shipments."""
