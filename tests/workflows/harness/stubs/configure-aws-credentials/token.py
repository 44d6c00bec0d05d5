"""Print a token as GitHub issues it to this job. Nobody verifies its signature.

https://docs.github.com/en/actions/reference/security/oidc#oidc-token-claims
"""

import base64
import json
import os
import time
from pathlib import Path

repository = json.loads(Path(os.environ["GITHUB_EVENT_PATH"]).read_text())["repository"]
owner, _, name = os.environ["GITHUB_REPOSITORY"].partition("/")
environment = os.environ["ENVIRONMENT_OF_GITHUB"]
now = int(time.time())
claims = {
    "iss": "https://token.actions.githubusercontent.com",
    "aud": "sts.amazonaws.com",
    "sub": f"repo:{owner}@{repository['owner']['id']}/{name}@{repository['id']}:environment:{environment}",
    "repository": os.environ["GITHUB_REPOSITORY"],
    "repository_id": str(repository["id"]),
    "repository_owner_id": str(repository["owner"]["id"]),
    "ref": os.environ["GITHUB_REF"],
    "environment": environment,
    "event_name": os.environ["GITHUB_EVENT_NAME"],
    "iat": now,
    "nbf": now,
    "exp": now + 300,
}
parts = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({"typ": "JWT"}, claims))
print(*parts, "e30", sep=".")
