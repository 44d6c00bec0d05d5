"""Permissions of the embedded AWS: every call is authorised as IAM would, from policies, boundaries and conditions."""
