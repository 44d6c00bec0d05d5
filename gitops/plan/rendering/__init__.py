"""A plan as Markdown."""
