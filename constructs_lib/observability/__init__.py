"""What people are told: logs, metrics, alarms, dashboards."""
