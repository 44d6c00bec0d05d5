"""New declarations, by the command line and by the form."""
