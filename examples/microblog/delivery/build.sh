#!/usr/bin/env bash
# Builds the image of this folder once, for both architectures, into var/image.tar (an OCI archive), with an SBOM and
# its provenance in it, and loads it into Docker as microblog:amd64 and microblog:arm64 for a scanner to look at.
#
# Its tag is that of git where one is released, else the commit. In a workflow it is an output of the step.
set -euo pipefail

if [[ ${GITHUB_REF_TYPE:-} == tag ]]; then
  tag=$GITHUB_REF_NAME
else
  tag=${GITHUB_SHA:-$(git rev-parse HEAD)}
fi
if [[ ! $tag =~ ^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$ ]]; then
  echo "the git tag cannot be the tag of an image: letters, digits, dots, hyphens and underscores can" >&2
  exit 1
fi

mkdir -p var
build=(docker buildx build --build-arg "APP_VERSION=$tag")
"${build[@]}" --platform linux/amd64,linux/arm64 --sbom=true --provenance=mode=max \
  --output type=oci,dest=var/image.tar .
for architecture in amd64 arm64; do # from the builder's cache: what is scanned is what was built
  "${build[@]}" --platform "linux/$architecture" --load --tag "microblog:$architecture" .
done
echo "$tag"
if [[ -n ${GITHUB_OUTPUT:-} ]]; then
  echo "tag=$tag" >>"$GITHUB_OUTPUT"
fi
