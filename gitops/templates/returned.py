"""Templates as CloudFormation returns them: with `?` for each character that is not in ASCII."""

from __future__ import annotations

import json
import re

_OTHER_THAN_ASCII = re.compile(r"[^\x00-\x7f]")


def as_returned(template: object) -> object:
    """Return a template as GetTemplate does; one that it has returned stays as it is.

    Two that are the same then may still differ in such characters: `ü` and `ö` are both `?`.
    https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1220
    """
    # Outside of strings, JSON is ASCII.
    return json.loads(_OTHER_THAN_ASCII.sub("?", json.dumps(template, ensure_ascii=False)))
