"""A project as `django-admin startproject` makes it, with variables for what differs between environments."""
