"""Print a token as GitHub issues it to this job. Nobody verifies its signature.

https://docs.github.com/en/actions/reference/security/oidc#oidc-token-claims
"""

import base64
import json
import os
import time

repository_id, owner_id = os.environ["GITHUB_REPOSITORY_ID"], os.environ["GITHUB_REPOSITORY_OWNER_ID"]
owner, _, name = os.environ["GITHUB_REPOSITORY"].partition("/")
environment = os.environ["ENVIRONMENT_OF_GITHUB"]
now = int(time.time())
claims = {
    "iss": "https://token.actions.githubusercontent.com",
    "aud": "sts.amazonaws.com",
    "sub": f"repo:{owner}@{owner_id}/{name}@{repository_id}:environment:{environment}",
    "repository": os.environ["GITHUB_REPOSITORY"],
    "repository_id": repository_id,
    "repository_owner_id": owner_id,
    "ref": os.environ["GITHUB_REF"],
    "environment": environment,
    "event_name": os.environ["GITHUB_EVENT_NAME"],
    "iat": now,
    "nbf": now,
    "exp": now + 300,
}
parts = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({"typ": "JWT"}, claims))
print(*parts, "e30", sep=".")
