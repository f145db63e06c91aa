"""HTTP itself: requests as read, forms, uploads, cookies, headers, language, the visitor's address."""
