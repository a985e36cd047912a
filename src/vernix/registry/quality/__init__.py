"""Data quality: a month's report for a site, its way there, and the site's confirmation."""
