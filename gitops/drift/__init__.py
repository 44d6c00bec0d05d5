"""Drift: how deployed environments differ from their declarations, and what is deployed at all."""
