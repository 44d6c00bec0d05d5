"""Containers of a Docker engine, for tasks whose images have no folder on this machine."""
