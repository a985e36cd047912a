"""Measures of care: indicators, groups, care gaps, data quality."""
