"""ECS tasks on this machine: a container is a process whose image is a folder, or one of a container engine."""
