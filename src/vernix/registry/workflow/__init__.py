!!"""The registry's workflow tables (Django's ORM): invitations, submissions, their files and steps. No value of a record."""
