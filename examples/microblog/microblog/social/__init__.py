"""Who follows whom, and profiles."""
