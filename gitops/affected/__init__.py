"""Environments that a change touches, found by comparing the templates of both sides."""
