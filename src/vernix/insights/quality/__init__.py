"""Data quality: how complete, plausible and timely a site's records of one month are."""
