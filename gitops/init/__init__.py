"""The start of a team: from a few answers and a look into its application to declarations of its own."""
