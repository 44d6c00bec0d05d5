"""Destruction of environments: conditions, consent, the deletion itself, and retained resources."""
