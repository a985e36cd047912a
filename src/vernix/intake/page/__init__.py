"""The acknowledgement as a page that a clerk can read and print."""
