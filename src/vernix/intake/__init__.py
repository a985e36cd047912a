"""A partner's file, read: records and findings come out, whatever went in."""
