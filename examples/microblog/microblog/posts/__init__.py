"""Posts, their images and their likes."""
