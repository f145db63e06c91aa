"""HTTP itself: requests as read, forms, uploads, cookies, headers, languages, addresses."""
