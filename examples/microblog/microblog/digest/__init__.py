"""The mail of each morning: what those whom one follows posted yesterday."""
