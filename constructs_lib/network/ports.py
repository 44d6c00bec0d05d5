"""The ports at which the data services of a base listen."""

POSTGRES_PORT = 5432
CACHE_PORT = 6379
