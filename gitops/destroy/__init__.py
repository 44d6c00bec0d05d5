"""How an environment goes: what blocks it, what it takes with it, what stays."""
