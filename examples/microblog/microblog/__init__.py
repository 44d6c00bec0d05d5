"""A small microblog: one Django application for each part of its domain."""
