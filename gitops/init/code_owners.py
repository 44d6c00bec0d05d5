"""The CODEOWNERS of a team."""

from __future__ import annotations

_TEXT = """\
# Required reviewers for each path. The last matching line applies. Require approval by code owners in the rules of the
# default branch:
# https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners

# The code defines the resources of each declaration. The workflows define permissions.
*                               {reviewers}

# Declarations. Give /environments/ to all developers, so that they review ad hoc environments themselves.
/environments/                  {reviewers}
/environments/schema.json       {reviewers}
/environments/accounts/         {reviewers}
/environments/*/base.yaml       {reviewers}
/environments/prod*/            {production}
"""


def code_owners(reviewers: str, production: str) -> str:
    """Return the text of .github/CODEOWNERS for these teams or persons."""
    return _TEXT.format(reviewers=reviewers, production=production)
