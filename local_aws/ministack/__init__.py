"""The only door to MiniStack's code: what this project calls in it, and the tables that it adds to.

Names that begin with an underscore are MiniStack's own. Its version is pinned, and the tests of the resource
types show whether another version still has them.
"""

from local_aws.ministack.api import ApiError, call
from local_aws.ministack.application import APPLICATION, add_service
from local_aws.ministack.cloudformation import (
    CONDITIONALLY_REPLACING_PROPERTIES,
    REPLACING_PROPERTIES,
    RESOURCE_HANDLERS,
    STACK_TAG_PROPERTY,
    generated_name,
)
from local_aws.ministack.scope import account_id, new_store, region, within

__all__ = [
    "APPLICATION",
    "CONDITIONALLY_REPLACING_PROPERTIES",
    "REPLACING_PROPERTIES",
    "RESOURCE_HANDLERS",
    "STACK_TAG_PROPERTY",
    "ApiError",
    "account_id",
    "add_service",
    "call",
    "generated_name",
    "new_store",
    "region",
    "within",
]
