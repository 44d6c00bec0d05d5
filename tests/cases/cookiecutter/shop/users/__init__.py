"""Its users."""
