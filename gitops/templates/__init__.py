"""What differs between two templates, in words that people can judge."""
