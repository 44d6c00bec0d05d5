"""New versions of this repository's code, merged into a repository that was made from it."""
