"""The embedded AWS for one machine: MiniStack on loopback, with the resource types that it lacks added."""
