"""Declarations that begin: those of a team, from a few answers and a look into its application, and each new one."""
