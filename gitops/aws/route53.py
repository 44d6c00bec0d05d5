"""The only door to Route 53. It is one for all regions; an account has its own hosted zones."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitops.aws.session import AwsError, translate_errors

if TYPE_CHECKING:
    from mypy_boto3_route53 import Route53Client

    from constructs_lib.config.environments import AccountRegion
    from gitops.aws.session import Session


class Zone(NamedTuple):
    """A hosted zone. `name` has no dot at its end."""

    name: str
    private: bool


class Route53:
    """Route 53 in one account. Every method raises AwsError when AWS cannot be reached or refuses."""

    def __init__(self, session: Session, where: AccountRegion) -> None:
        self._client: Route53Client = session.client("route53", where)

    def zone(self, zone_id: str) -> Zone | None:
        """Return a hosted zone, or None when the account has none of that id."""
        try:
            with translate_errors():
                zone = self._client.get_hosted_zone(Id=zone_id)["HostedZone"]
        except AwsError as error:
            if error.code == "NoSuchHostedZone":
                return None
            raise
        return Zone(zone["Name"].removesuffix("."), zone.get("Config", {}).get("PrivateZone", False))

    def public_zones(self, domain: str) -> list[str]:
        """Return the ids of the public hosted zones for exactly this domain; an account may have several."""
        with translate_errors():
            # Zones come in the order of their names, those of `domain` first.
            zones = self._client.list_hosted_zones_by_name(DNSName=domain)["HostedZones"]
        return [
            zone["Id"].rpartition("/")[2]
            for zone in zones
            if zone["Name"].removesuffix(".") == domain and not zone.get("Config", {}).get("PrivateZone", False)
        ]
