"""Runs ECS's tasks without containers: each container is a process, its image a folder with a virtual environment."""
