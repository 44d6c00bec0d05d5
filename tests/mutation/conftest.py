"""The policy engine, one for each test process."""

from tests.local_aws.authorisation.conftest import engine  # noqa: F401 - a fixture
