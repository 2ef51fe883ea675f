"""What a visitor takes home: the view's numbers as a script, a notebook and a table."""
