# Everything is installed below this folder: uv, Python packages and Node in .venv, the CDK CLI in node_modules.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(VENV)/uv/bin/uv
SYNC := $(UV) sync --quiet --frozen --no-build --python $(BIN)/python
COMPILE := $(UV) pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url
CHECKOV := .venv-checkov
NPM_CI := NODE_OPTIONS=--use-system-ca npm ci --ignore-scripts --loglevel=error --no-progress
IN_PARALLEL := $(MAKE) --quiet --no-print-directory --jobs 3

# What `make tools FOR=…` installs. A job of a workflow installs what it uses and nothing else.
#   comment  decides about a comment, writes one          plan    compares templates, with AWS too
#   observe  talks to AWS                                 deploy  deploys: with the CDK CLI
#   local    all of these and the embedded AWS            check   everything
FOR ?= local
SETS := comment observe plan deploy local check
PACKAGES_observe := --extra aws
PACKAGES_plan := --extra aws --extra cdk
PACKAGES_deploy := $(PACKAGES_plan)
PACKAGES_local := $(PACKAGES_plan) --group local
PACKAGES_check := --all-extras --all-groups
WITH_NPM := deploy local check
# The policy engine of the embedded AWS is optional in package.json, and no job with credentials installs it.
NPM_deploy := --omit=dev --omit=optional
NPM_local := --omit=dev

export PATH := $(CURDIR)/$(BIN):$(PATH)

# Bytecode is kept, as Python does by default. Images and shells that switch this off make Python compile all of a program
# each time it starts, which takes longer than the program; tests start a thousand.
export PYTHONDONTWRITEBYTECODE :=

# Somebody to sign in as and posts to read, once for each embedded AWS: the file goes with it.
DEMO_DATA := .gitops/local/demo-data
DEMO_LOGIN := DJANGO_SUPERUSER_EMAIL=demo@example.com DJANGO_SUPERUSER_HANDLE=demo DJANGO_SUPERUSER_PASSWORD='demo demo demo'
DEMO_COMMANDS := python manage.py createsuperuser --no-input && python manage.py generate_posts 60

# The sample application: `gitops init` removes it.
EXAMPLE := $(wildcard examples/microblog)

# Three processes for two cores: tests wait, for retries, rollouts and answers of AWS.
PYTEST := pytest --numprocesses 3 --dist loadfile

.DEFAULT_GOAL := help
.PHONY: help setup tools ready example example-check lock demo demo-down demo-pr check lint workflows types templates test integration scenarios bless refresh-openapi bench mutation security smoke

help: ## Show this help
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: ## Install everything, from the lock files
	@$(IN_PARALLEL) $(VENV)/.for-check node_modules/.for-check example

tools: ## Install what one purpose needs: FOR=comment, observe, plan, deploy, local or check
	$(if $(filter $(FOR),$(SETS)),,$(error FOR is one of: $(SETS)))
	@$(IN_PARALLEL) $(VENV)/.for-$(FOR) $(if $(filter $(FOR),$(WITH_NPM)),node_modules/.for-$(FOR))

ready:
	@$(IN_PARALLEL) $(VENV)/.for-local node_modules/.for-local $(VENV)/.cdk-imported example

# The first import of the CDK compiles its Python modules and unpacks its JavaScript, for about ten seconds. Done here, it
# overlaps the download of npm packages.
$(VENV)/.cdk-imported: $(VENV)/.for-local
	@$(BIN)/python -c 'import constructs_lib.account, constructs_lib.ad_hoc_app, constructs_lib.prod_app'
	@touch $@

# pip brings uv, and uv all the rest. The interpreter is asked for first: .venv/bin, which then comes first on PATH, has no
# pip. A Python that has none either makes it from its own copy.
$(UV): requirements-uv.txt
	@python=$$($(PYTHON) -c 'import sys; print(sys._base_executable) if sys.version_info >= (3, 11) else sys.exit("Python 3.11 or newer is needed: make PYTHON=python3.12")') || exit; \
	  test -x $(BIN)/python || "$$python" -m venv --without-pip $(VENV); \
	  "$$python" -c 'import pip' 2>/dev/null || { "$$python" -m venv $(VENV); python=$(BIN)/python; }; \
	  PIP_USER=0 PIP_REQUIRE_VIRTUALENV=0 PIP_ROOT_USER_ACTION=ignore "$$python" -m pip install --quiet --disable-pip-version-check --no-deps \
	    --require-hashes --only-binary :all: --upgrade --target $(VENV)/uv --requirement $<
	@touch $@

# `check` has everything that the other sets have, and is left as it is when one of them is asked for.
$(VENV)/.for-%: uv.lock pyproject.toml $(UV)
	@echo "Setting up Python packages in $(VENV), for $*"
	@rm -f $(VENV)/.for-*
	@$(SYNC) $(PACKAGES_$*)
	@touch $(if $(filter check,$*),$(SETS:%=$(VENV)/.for-%),$@)

node_modules/.for-%: package-lock.json $(VENV)/.for-%
	@echo "Setting up npm packages in node_modules, for $*"
	@$(NPM_CI) $(NPM_$*) >/dev/null
	@touch $(if $(filter check,$*),$(WITH_NPM:%=node_modules/.for-%),$@)

.PRECIOUS: $(VENV)/.for-%

example: $(UV)
	$(if $(EXAMPLE),@$(MAKE) --quiet --no-print-directory -C $(EXAMPLE) setup)

lock: $(UV) ## Update the lock files from pyproject.toml, requirements-*.in and package.json
	$(UV) lock --quiet --upgrade
	$(COMPILE) --output-file requirements-uv.txt requirements-uv.in
	$(COMPILE) --output-file requirements-checkov.txt requirements-checkov.in
	NODE_OPTIONS=--use-system-ca npm install --package-lock-only --loglevel=error

demo: ready ## Deploy the five sample environments to an AWS on this machine, and say where they answer
	$(if $(EXAMPLE),,$(error The sample was removed. For your own environments: gitops local up, gitops local prepare, gitops deploy --all))
	@gitops local up >/dev/null
	@gitops validate
	@echo 'What accounts have before their first deployment: gitops bootstrap, then placeholders by gitops local prepare'
	@gitops bootstrap main --target local >/dev/null & gitops bootstrap prod --target local >/dev/null && wait $$!
	@gitops local prepare
	@gitops deploy --target local --all
	@test -e $(DEMO_DATA) || { gitops run dev/alpha -- env $(DEMO_LOGIN) sh -c '$(DEMO_COMMANDS)' && touch $(DEMO_DATA); }
	@python -m local_aws permissions
	@printf '%s\n' '' 'They answer here, dev/beta below /api/ and /admin/ only, since its frontend is simulated:'
	@for name in dev/alpha dev/beta prod/app; do BROWSER=true gitops open $$name 2>/dev/null || exit; done
	@printf '%s\n' 'Sign in to dev/alpha as demo@example.com with the password "demo demo demo".' '' 'What to try next:' \
	  '  . .venv/bin/activate' \
	  '  gitops open dev/alpha               in your browser' \
	  '  gitops status                       what is declared and what is deployed' \
	  '  gitops logs dev/alpha               what it logs; mails that it sends are in .gitops/local/mail' \
	  '  gitops shell dev/alpha              a shell in its container; gitops db dev/alpha --psql in its database' \
	  '  gitops new ad-hoc-app dev/gamma --owner octocat --image v1.4.2' \
	  '  gitops deploy dev/gamma             the environment you just declared' \
	  '  gitops destroy dev/gamma            asks first; deletes its stack' \
	  '  make demo                           again: nothing has changed' \
	  '  make demo-down                      stop the embedded AWS; its data goes with it'

demo-down: ready ## Stop the AWS on this machine; what was deployed there is gone
	@gitops local down

demo-pr: setup ## Play a pull request from its plan to its end: act, a GitHub and an AWS on this machine
	@python -m tests.workflows.demo

check: lint types templates example-check test integration scenarios ## Everything that CI checks

lint: setup workflows ## Style, the workflows, and the declarations themselves
	ruff check
	ruff format --check
	gitops validate

workflows: setup ## actionlint with shellcheck, zizmor, GitHub's parser and its schemas on .github
	actionlint .github/workflows/*.yml
	zizmor --offline --strict-collection --persona pedantic --quiet .github
	node tests/workflows/validate.mjs .github/workflows/*.yml .github/actions/*/action.yml
	check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
	check-jsonschema --quiet --builtin-schema vendor.github-actions .github/actions/*/action.yml
	check-jsonschema --quiet --builtin-schema vendor.github-issue-forms .github/ISSUE_TEMPLATE/*.yml
	check-jsonschema --quiet --builtin-schema vendor.dependabot .github/dependabot.yml

types: setup ## Static types
	mypy

templates: setup ## cfn-lint on the reviewed templates; cdk-nag and layering are among the tests
	@# W3005: the CDK writes DependsOn beside references that imply it; both are right.
	cfn-lint --regions us-east-1 eu-central-1 --ignore-checks W3005 --template tests/golden/*.template.json

example-check: setup ## Style, types and tests of the example application
	$(if $(EXAMPLE),$(MAKE) --no-print-directory -C $(EXAMPLE) check,@echo 'examples/microblog was removed: nothing to check')

test: setup ## The tests that need neither the embedded AWS nor act, in a few minutes
	$(PYTEST) -m "not embedded_aws and not processes and not scenario"

integration: setup ## The tests that run commands against the embedded AWS, or start many processes
	$(PYTEST) -m "(embedded_aws or processes) and not scenario"

# For a part of them: make scenarios OF=tests/workflows
OF ?= tests
scenarios: setup ## The tests that deploy applications or play workflows with act
	$(PYTEST) -m scenario $(OF)

bless: setup ## Accept changed templates and messages: read the diff
	BLESS=1 pytest --quiet tests/constructs_lib/test_golden_templates.py tests/constructs_lib/config tests/gitops/plan/test_comment.py tests/gitops/chatops/test_comment_commands.py tests/policy/test_resource_types.py tests/gitops/settings/test_requirements.py
	gitops schema > docs/declarations.md
	@git status --short -- tests docs

security: $(CHECKOV)/.installed ## checkov on the reviewed templates; docs/security.md has the reasons for what it finds
	$(CHECKOV)/bin/checkov --config-file .checkov.yaml

# checkov needs about a hundred packages, some in versions of its own, so it gets a virtual environment of its own.
$(CHECKOV)/.installed: requirements-checkov.txt $(UV)
	@echo "Setting up checkov in $(CHECKOV)"
	@test -x $(CHECKOV)/bin/python || $(BIN)/python -m venv --without-pip $(CHECKOV)
	@$(UV) pip sync --quiet --system-certs --require-hashes --python $(CHECKOV)/bin/python $<
	@touch $@

refresh-openapi: setup ## Write anew what the fake GitHub of the tests knows of GitHub's description of its API
	python -m tests.fake_github.description

smoke: setup ## The whole life of environments in a new account, checked step by step: docs/first-account.md
	python -m tests.smoke

# What the embedded AWS was asked while these tests ran, with the policies in force.
QUESTIONS := $(CURDIR)/.gitops/questions
# Which permission of their tokens the jobs of workflows needed while these tests ran.
USES := $(CURDIR)/.gitops/uses

mutation: setup ## Take each statement out of the policies of roles, each permission from jobs: which one does no test miss?
	@rm -rf $(QUESTIONS) $(USES)
	GITOPS_LOCAL_QUESTIONS=$(QUESTIONS) pytest --quiet tests/environments/test_smoke.py tests/gitops/commands/test_preflight_roles.py
	GITOPS_GITHUB_USES=$(USES) $(PYTEST) --quiet tests/workflows tests/gitops/commands/test_promote.py
	python -m tests.mutation $(QUESTIONS) $(USES)

bench: setup ## Measure, as ratios
	@mkdir -p .gitops
	python -m tests.bench
