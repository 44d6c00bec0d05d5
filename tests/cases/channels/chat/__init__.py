"""A chat with Django Channels: what one connection says, all hear."""
