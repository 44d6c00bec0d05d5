"""Folders with the source of applications that stand for images in the embedded AWS of this checkout."""
