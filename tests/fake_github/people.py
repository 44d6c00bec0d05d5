"""Accounts that are not like others: with roles of their organisation, deleted, managed by a company."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fake_github.state import Role
    from tests.fake_github.world import World

MANAGED = "octocat_company"
"""The login of a managed user: its name, an underscore, the short code of the company.

https://docs.github.com/en/enterprise-cloud@latest/admin/managing-iam/iam-configuration-reference/username-considerations-for-external-authentication
"""


class People:
    """What happens to accounts."""

    def __init__(self, world: World) -> None:
        self._world = world

    def give_custom_role(self, login: str, name: str, *, inherits: Role) -> None:
        """Give a user a role that the organisation has made, which inherits from one of GitHub's.

        https://docs.github.com/en/organizations/managing-user-access-to-your-organizations-repositories/managing-repository-roles/about-custom-repository-roles
        """
        with self._world.lock:
            self._world.state.roles[login] = inherits
            self._world.state.custom_roles[login] = name

    def delete_account(self, login: str) -> None:
        """Delete an account: what it wrote stays without an author, its forks go.

        https://docs.github.com/en/account-and-profile/concepts/account-management#deletion-of-your-personal-account
        """
        with self._world.lock:
            self._world.state.roles.pop(login, None)
            self._world.state.deleted.add(login)
