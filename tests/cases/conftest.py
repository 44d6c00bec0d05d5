"""The fixtures of the folders whose parts the cases go through."""

from tests.gitops.conftest import bare_checkout, checkout, embedded_state, jobs

__all__ = ["bare_checkout", "checkout", "embedded_state", "jobs"]
