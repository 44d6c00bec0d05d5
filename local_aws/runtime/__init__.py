"""ECS tasks without a container engine: a container is a process, and its image a folder with a virtual environment."""
