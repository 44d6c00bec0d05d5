"""The only door to GitHub: its REST API, and the environment of its Actions."""
