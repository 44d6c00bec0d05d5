"""What holds data: database, cache, buckets, and an application's own part of them."""
