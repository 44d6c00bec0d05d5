"""How a Django environment is built on AWS: constructs for ad hoc and production environments."""
