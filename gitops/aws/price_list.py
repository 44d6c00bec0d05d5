"""The only door to the AWS Price List API.

https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-price-list-query-api.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from constructs_lib.config.environment import AccountRegion
from gitops.aws.session import translate_errors

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gitops.aws.session import Session

API_REGION = "us-east-1"
"""One of the few regions in which the API answers, for all regions."""


class PriceList:
    """The list prices of AWS. Its methods raise AwsError when AWS fails or refuses."""

    def __init__(self, session: Session) -> None:
        # Prices belong to no account: the credentials decide who asks.
        self._client = session.client("pricing", AccountRegion("", API_REGION))

    def products(self, service_code: str, attributes: Mapping[str, str]) -> list[Mapping[str, Any]]:
        """Return the products of a service that have these attributes, with their terms and prices."""
        filters = [{"Type": "TERM_MATCH", "Field": field, "Value": value} for field, value in attributes.items()]
        with translate_errors():
            paginator = self._client.get_paginator("get_products")
            pages: Iterable[Mapping[str, Any]] = paginator.paginate(ServiceCode=service_code, Filters=filters)
            return [json.loads(product) for page in pages for product in page["PriceList"]]
