"""Settings: what all have, and those of production."""
