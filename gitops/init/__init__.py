"""The repository of a team: its first declarations, each new one, and newer versions of this project."""
