"""Birth and fetal-death records of fixed width, read and written."""
