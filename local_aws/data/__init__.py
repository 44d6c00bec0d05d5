"""The databases and caches of the embedded AWS: real servers, one for each RDS instance and each replication group."""
