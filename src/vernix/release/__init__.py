"""What leaves for an approved purpose: de-identified extracts and their measured risk."""
