"""The workflow tables (Django's ORM): invitations, submissions, files, steps; no value of a record."""
