"""People: signing up and in, and who they are."""
