"""Who may decide on the site: the account of the curator, signed cookies and form tokens, and a brake on guessing."""
