"""A tiny price file with round figures, so that sums can be made by hand."""

from typing import Any

from gitops.cost.prices import Prices

REGION = "us-east-1"


def _group(per: str, figures: dict[str, float], *, derived: bool = False) -> dict[str, Any]:
    entries = {
        name: {"usage": name, "usd": {REGION: usd}, "derived": [REGION] if derived else []}
        for name, usd in figures.items()
    }
    return {"per": per, "service_code": "AmazonThing", "filters": {}, "read": "2026-01-01", "figures": entries}


DOCUMENT: dict[str, Any] = {
    "assumptions": {
        "alarms_of_a_target": {"value": 2},
        "database_standby_factor": {"value": 2},
        "default_volume_gib": {"value": 8},
        "load_balancer_capacity_units": {"value": 3},
        "spot_discount": {"value": 0.5},
    },
    "groups": {
        "fargate": _group("hour", {"arm64 vCPU": 0.1, "arm64 GB": 0.01, "x86_64 vCPU": 0.2, "x86_64 GB": 0.02}),
        "load_balancer": _group("hour", {"application": 1, "capacity unit": 0.1}),
        "nat_gateway": _group("hour", {"gateway": 2}),
        "public_ipv4": _group("hour", {"address": 0.01}),
        "interface_endpoint": _group("hour", {"endpoint in a zone": 0.5}),
        "ec2": _group("hour", {"t4g.nano": 0.2}),
        "ebs": _group("month", {"gp3": 0.3, "gp2": 0.4}),
        "rds_postgresql": _group("hour", {"db.t4g.micro": 3}),
        "rds_storage": _group("month", {"gp3": 0.7}),
        "elasticache_valkey": _group("hour", {"cache.t4g.micro": 4}, derived=True),
        "secrets_manager": _group("month", {"secret": 0.4}),
        "kms": _group("month", {"key": 1}),
        "cloudwatch": _group("month", {"alarm": 0.1, "dashboard": 3}),
        "route53": _group("month", {"hosted zone": 0.5}),
        "waf": _group("month", {"web ACL": 5, "rule": 1}),
    },
}

PRICES = Prices(DOCUMENT)
