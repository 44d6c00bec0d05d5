"""Configuration of the project."""
