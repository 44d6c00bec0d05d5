# How a version becomes an image: .github/workflows/image.yml calls these, and so can anybody with Docker.
.PHONY: migrations-check image publish

export BASE

migrations-check: setup ## Do migrations since BASE, or the last release, leave what runs working?
	@delivery/migrations-check.sh

image: ## Build the image for both architectures into var/image.tar, with SBOM and provenance
	@delivery/build.sh

publish: ## Push var/image.tar to ECR as TAG, unless that tag is there already
	@delivery/publish.sh
