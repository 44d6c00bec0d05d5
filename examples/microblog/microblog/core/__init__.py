"""What every part uses: logs, health, files, paging."""
