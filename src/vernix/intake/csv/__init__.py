"""Tables as text with delimiters."""
