"""Settings of the embedded AWS: the environment of its server, where MiniStack reads its own, and its images."""

from __future__ import annotations

import os
import sys
from pathlib import Path

IMAGES_FILE = "images.json"
"""The link, in the state folder, to the file with the folders that stand for images: `local_aws.runtime.images`."""

SECRET_ACCESS_KEY = "embedded"  # noqa: S105 - it protects nothing
"""Signs requests. S3 checks it in presigned URLs, and nothing else checks it."""

DOCKER_HOST = "GITOPS_LOCAL_DOCKER_HOST"
"""The variable that names the socket of a Docker engine, such as `unix:///var/run/docker.sock`.

When it is set, tasks run as containers of images that the engine has or can pull, except those of images with a folder.
"""

QUESTIONS = "GITOPS_LOCAL_QUESTIONS"
"""The variable that names the folder where `local_aws.authorisation.questions` keeps questions, when it is set."""

CODE = Path(__file__).absolute().parents[1]
"""The folder of this package, which need not be installed."""
NODE_MODULES = Path(__file__).resolve().parents[1] / "node_modules"


def server_environment(state_dir: Path, port: int, account: str, region: str) -> dict[str, str]:
    """Return the whole environment of the server: MiniStack's settings, and PATH as the only variable of the caller's.

    The server's workers inherit it. HOME and TMPDIR keep what they write inside the state folder, and a developer's own
    AWS configuration out.
    """
    scripts = Path(sys.executable).parent  # node, which Lambda workers need, is installed beside python
    return {
        "PATH": f"{scripts}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "HOME": str(state_dir / "tmp"),
        "TMPDIR": str(state_dir / "tmp"),
        # Node's Lambda runtime has the AWS SDK built in; CDK's own custom resources rely on it.
        "NODE_PATH": str(NODE_MODULES),
        "PYTHONPATH": str(CODE),
        "PYTHONUNBUFFERED": "1",
        "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_ACCOUNT_ID": account,
        "MINISTACK_REGION": region,
        "STATE_DIR": str(state_dir / "data"),
        "S3_DATA_DIR": str(state_dir / "data" / "s3"),
        "PERSIST_STATE": "0",
        # Custom resources ask every ten seconds whether a task has ended, and give up after an hour: a fifth here.
        "SFN_WAIT_SCALE": "0.2",
        # These two services listen on every interface.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        # MiniStack's own containers cannot reach what listens on loopback: docs/adr/0017.
        "DOCKER_HOST": f"unix://{state_dir / 'no-docker.sock'}",
        **({QUESTIONS: str(Path(folder).absolute())} if (folder := os.environ.get(QUESTIONS)) else {}),
    }
