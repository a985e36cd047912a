"""The encounter ``birth``: child and mother on one row, one row for each child."""
