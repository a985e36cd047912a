"""Age files: header, stream, recipients, identities, opening, rewrapping."""
