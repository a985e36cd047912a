"""Pages for people in English and French that need nothing but themselves."""
