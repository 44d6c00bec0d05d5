"""Environments that have had their time: found, announced, and handed over to be destroyed."""
