"""The grammar of the verbs that bring releases to environments: `promote` and `registries`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import argparse

_PROMOTE = """\
Open a pull request that declares, for other environments, exactly the image that the first one runs: its digest, which
ECR is asked for, with the tag in a comment. With --image, that one for all that are named. The same again brings the
pull request up to date. What is edited are the files of the default branch on GitHub; GITHUB_TOKEN has to be set.
"""
_PROMOTE_EXAMPLES = """\
examples:
  gitops promote dev/alpha prod/app                  what alpha runs, in production
  gitops promote --image v1.5.0 dev/alpha dev/beta   a version, for both
"""
_REGISTRIES = """\
Print the accounts that declare an image repository, as JSON, and set the output `registries` of a workflow's step: an
image is pushed to each of them.
"""


class AddVerb(Protocol):
    """Adds a verb to the command line and returns its parser."""

    def __call__(self, name: str, summary: str, text: str, examples: str = "") -> argparse.ArgumentParser:
        """Add the verb `name`."""


def add_verbs(add: AddVerb, add_on_aws: AddVerb) -> None:
    """Add the verbs; the second function adds one that talks to AWS."""
    promote = add_on_aws("promote", "a pull request with another image", _PROMOTE, _PROMOTE_EXAMPLES)
    promote.add_argument("names", nargs="+", metavar="NAME", help="where the image is from, then where it goes")
    promote.add_argument("--image", metavar="TAG", help="this tag or digest, for every NAME")

    registries = add("registries", "the registries that an image is pushed to", _REGISTRIES)
    registries.add_argument("repository", metavar="REPOSITORY", help="name of the repository in ECR: microblog")
