"""Why an order is not carried out."""

from gitops.errors import UserError


class RefusedError(UserError):
    """An order is not carried out; the message says why, for whoever gave it. Nothing was changed."""
