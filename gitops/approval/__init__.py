"""Who may approve a pull request of a job: someone other than the requester."""
