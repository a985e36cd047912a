"""XML: batches of electronic medical records, and the guarded parser that others use too."""
