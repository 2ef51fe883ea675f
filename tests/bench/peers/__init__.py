"""The same demo as others would build it: 5,000 digits, three losses, two plots, one scale."""
