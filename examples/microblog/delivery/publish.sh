#!/usr/bin/env bash
# Pushes var/image.tar as TAG to the repository `microblog` in ECR, with the credentials and the region of the AWS_*
# variables. A tag that is there stays what it is: the repository does not let it move, and this does not try.
set -euo pipefail

repository=microblog

answer=$(aws ecr describe-images --repository-name "$repository" --image-ids "imageTag=$TAG" \
  --query 'imageDetails[0].imageDigest' --output text 2>&1) && {
  echo "$repository:$TAG is there already, as $answer; nothing was pushed"
  exit
}
if [[ $answer != *ImageNotFoundException* ]]; then
  echo "$answer" >&2
  exit 1
fi

uri=$(aws ecr describe-repositories --repository-names "$repository" --query 'repositories[0].repositoryUri' --output text)
aws ecr get-login-password | skopeo login --username AWS --password-stdin "${uri%%/*}"
# As it is, with the images of all architectures and what is attested of them: its digest stays the same.
skopeo copy --all --preserve-digests oci-archive:var/image.tar "docker://$uri:$TAG"
