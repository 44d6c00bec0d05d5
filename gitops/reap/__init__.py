"""Expired environments: found, announced to their owners, and handed over to be destroyed."""
