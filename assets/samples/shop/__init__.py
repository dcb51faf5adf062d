"""A small shop's evening: read the day's orders, add them up by category, write the report."""
