"""Take it home: the view as a link, a QR code, a script, a notebook, a table, and the page's plots as pictures."""
