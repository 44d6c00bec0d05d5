"""What becomes of environments, told to GitHub: nothing here decides about AWS."""
