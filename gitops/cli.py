"""The command line: every verb with its arguments and its help.

What is parsed has the names of the parameters of the verb's function in gitops.commands.
"""

from __future__ import annotations

import argparse
import os
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from gitops import checkout
from gitops.init.new_declaration import OPTIONS
from gitops.init.questions import QUESTIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

HIGHEST_PORT = 65_535

_DURATION = re.compile(r"([1-9][0-9]{0,5})([smhd])")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}

_DESCRIPTION = """\
Django environments on AWS from YAML files: environments/ declares them, gitops creates, changes and deletes them.

  gitops validate                    check the declarations; works offline
  gitops local up                    start the embedded AWS of this machine
  gitops cost                        estimate the cost a month; works offline
  gitops deploy --all                deploy what changed, bases first
  gitops status                      list declared and deployed environments
  gitops logs dev/alpha              print its logs; also: shell, db, run
  gitops destroy dev/alpha           delete one environment

An environment has the name of its file: dev/alpha is environments/dev/alpha.yaml, and dev is its base, dev/base.
Commands use the embedded AWS of this checkout while it runs, otherwise AWS with the usual AWS_* variables.
"""
_EXIT_CODES = """\
exit codes: 0 success, 1 an error that you can correct, 2 wrong command line, 3 a bug in gitops, 130 interrupted
"""


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Parse the command line. Ends the process with code 2 when it is wrong, and with 0 after --help."""
    # What follows `--` belongs to another program; argparse would look for options of ours in it.
    end = argv.index("--") if "--" in argv else len(argv)
    options, command = argv[:end], argv[end + 1 :]
    whole = parser()
    parsed = whole.parse_args(options)
    if command and "command" not in parsed:
        whole.error(f"{parsed.verb} takes no command after --")
    if "command" in parsed:
        parsed.command = tuple(command)
    return parsed


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    whole = argparse.ArgumentParser(
        prog="gitops",
        description=_DESCRIPTION,
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_folder(whole, default=_default_folder())
    now = datetime.now(UTC)
    whole.set_defaults(today=now.date(), now=now)
    verbs = _Verbs(whole.add_subparsers(dest="verb", required=True, metavar="VERB"))
    _declarations(verbs)
    _plans(verbs)
    _deployments(verbs)
    _releases(verbs)
    _differences(verbs)
    _access(verbs)
    _github(verbs)
    _embedded_aws(verbs)
    return whole


class _Verbs:
    """Adds the parsers of verbs, each with the options that all have."""

    def __init__(self, below: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
        self._below = below

    def add(self, name: str, summary: str, text: str, examples: str = "") -> argparse.ArgumentParser:
        """Return the parser of a new verb that works offline."""
        verb = self._below.add_parser(
            name,
            help=summary,
            description=text,
            epilog=f"examples:\n{examples}" if examples else None,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        _add_folder(verb, default=argparse.SUPPRESS)
        return verb

    def add_on_aws(self, name: str, summary: str, text: str, examples: str = "") -> argparse.ArgumentParser:
        """Return the parser of a new verb that talks to AWS."""
        verb = self.add(name, summary, text, examples)
        verb.add_argument(
            "--target",
            dest="requested_target",
            choices=("aws", "local"),
            help="AWS or the embedded AWS of this checkout (default: AWS_ENDPOINT_URL; else the embedded one if it"
            " runs)",
        )
        return verb


def _declarations(verbs: _Verbs) -> None:
    validate = verbs.add(
        "validate",
        "check the declarations",
        """\
Check every declaration and print all errors as file:line:column: field: message. All files are checked, since they
depend on each other; an error stops its own environment and those that depend on it. A past `expires` is an error in
files that are named or changed since a revision, and a warning in others. Of two files that collide, the changed one is
wrong.
""",
        """\
  gitops validate
  gitops validate environments/dev/alpha.yaml
  gitops validate --base origin/main --format github     in a pull request: annotations on the changed lines
""",
    )
    validate.add_argument("paths", nargs="*", metavar="PATH", help="files or names to check strictly")
    validate.add_argument("--base", metavar="REV", help="check files changed since this git revision strictly")
    validate.add_argument(
        "--format", dest="output_format", choices=("text", "github", "json"), default="text", help="default: text"
    )
    validate.add_argument(
        "--issue",
        action="store_true",
        help="in a job of GitHub Actions: keep one issue with the errors, which is closed when there is none",
    )
    validate.add_argument(
        "--today", type=day, default=argparse.SUPPRESS, metavar="DATE", help="the day to judge expiry by, YYYY-MM-DD"
    )

    new = verbs.add(
        "new",
        "write a minimal declaration",
        """\
Write a minimal, valid declaration. KIND is account, ad-hoc-base, ad-hoc-app, prod-base or prod-app.
""",
        """\
  gitops new ad-hoc-app dev/gamma --owner octocat --image v1.4.2
  gitops new ad-hoc-base qa --domain qa.example.com --hosted-zone-id Z0123456789ABCDEFGHIJ
""",
    )
    new.add_argument("kind", metavar="KIND", help="kind of the declaration")
    new.add_argument("name", metavar="NAME", help="an environment, dev/gamma, or a base, qa")
    new.set_defaults(options={})
    for option, description in OPTIONS.items():
        flag = f"--{option.replace('_', '-')}"
        new.add_argument(flag, action=_IntoOptions, metavar="TEXT", default=argparse.SUPPRESS, help=description)

    init = verbs.add(
        "init",
        "begin with your own application and accounts",
        """\
Write the first declarations of your application, and .github/CODEOWNERS, in place of the sample, which is removed. The
application's source is read, not run: settings, Dockerfile, Procfile, Celery and URLs become its services. All changes
are listed before you agree to them. What you wrote yourself is kept. On a terminal, answers that are missing are
asked.
""",
        """\
  gitops init
  gitops init --answers answers.yaml --dry-run        keys are those of the options: account_id: "111111111111"
  gitops init --answers answers.yaml --image v1.4.2 --yes
""",
    )
    init.set_defaults(options={})
    for option, question in QUESTIONS.items():
        flag = f"--{option.replace('_', '-')}"
        init.add_argument(flag, action=_IntoOptions, metavar="TEXT", default=argparse.SUPPRESS, help=question.text)
    init.add_argument("--answers", dest="answers_file", type=Path, metavar="FILE", help="a YAML file with answers")
    init.add_argument("--dry-run", action="store_true", help="list the changes and write nothing")
    init.add_argument("--yes", action="store_true", help="do not ask for consent")

    update = verbs.add(
        "update",
        "merge a new version of this project",
        """\
Merge a release of the project that this repository was made from: a three-way merge by git of the version that was
taken, the version wanted and the commit that is checked out. Declarations, CODEOWNERS and other files of your own stay
as they are, and what you removed stays removed. All changes are listed before you agree to them. They are staged,
conflicts are marked, and nothing is committed. Ends with 1 when conflicts are left.
""",
        """\
  gitops update --dry-run                                          list the changes of the newest release
  gitops update --from https://github.com/OWNER/NAME.git           the first time; the address is recorded
  gitops update v1.2.0 --yes
""",
    )
    update.add_argument("version", nargs="?", metavar="VERSION", help="a release, v1.2.0 (default: the newest)")
    update.add_argument("--from", dest="url", metavar="URL", help="the project's repository (default: as recorded)")
    update.add_argument("--dry-run", action="store_true", help="list the changes and write nothing")
    update.add_argument("--yes", action="store_true", help="do not ask for consent")

    verbs.add(
        "schema",
        "print the reference of all fields",
        """\
Print the reference of all fields of all kinds as Markdown. docs/declarations.md is this text.
""",
    )

    cost = verbs.add(
        "cost",
        "estimate the cost of environments",
        """\
Estimate the cost a month of the named environments, or of all, by list prices, from their templates. Costs that are not
included are listed. Works offline. docs/costs.md describes the method.
""",
        """\
  gitops cost
  gitops cost dev/alpha prod/app
  gitops cost --format json
""",
    )
    _add_names(cost)
    cost.add_argument("--format", dest="output_format", choices=("text", "json"), default="text", help="default: text")


def _plans(verbs: _Verbs) -> None:
    synth = verbs.add(
        "synth",
        "write the CloudFormation templates",
        """\
Write the CloudFormation templates of the named environments, or of all, and print their paths. Works offline. Templates
are kept, and reused while neither declarations nor code change.
""",
    )
    _add_names(synth)
    synth.add_argument(
        "--base", metavar="REV", help="fail when a resource that holds data is replaced since this git revision"
    )

    affected = verbs.add(
        "affected",
        "list the environments that a change touches",
        """\
Print the environments that the change from one commit to another touches, as JSON in the order of deployment, and set
the outputs of a workflow step. A declaration touches itself. For bases, accounts and code the templates of both commits
are compared. Works offline. Ends with 1 when some of them are wrong, after all others were printed.
""",
        """\
  gitops affected --base origin/main                 the work tree against main
  gitops affected --pushed --head "$SHA"             in a job: all since the newest push that a run has compared
  gitops affected --all                              all declared environments, to deploy them again
  gitops affected dev/alpha                          this one
  gitops affected --accounts                         the accounts, for a matrix of jobs
""",
    )
    which = affected.add_mutually_exclusive_group(required=True)
    which.add_argument("--base", metavar="SHA", help="compare with this commit; all zeros: with an empty repository")
    which.add_argument(
        "--pushed",
        action="store_true",
        help="in a job of deploy.yml: compare with the newest commit in the history of --head whose changes an earlier"
        " run has handed over",
    )
    which.add_argument("--all", action="store_const", const=[], dest="names", help="all declared environments")
    which.add_argument("--accounts", action="store_true", help="all declared accounts")
    which.add_argument("names", nargs="*", default=[], metavar="NAME", help="a declared environment")
    affected.add_argument("--head", metavar="SHA", help="the commit to compare (default: the work tree)")
    affected.add_argument(
        "--results",
        type=Path,
        metavar="DIR",
        help="write what is refused to this folder, as JSON",
    )

    plan = verbs.add_on_aws(
        "plan",
        "show the effect of a change",
        """\
Show the effect of a change on environments: what is created, updated, replaced and destroyed, new permissions, cost.
The templates of both sides are compared. With --change-sets, CloudFormation is asked about such a plan: change sets are
created, read and deleted. Ends with 1 when the plan contains a change that must not be merged.
""",
        """\
  gitops plan --base main                                        the work tree against main
  gitops plan --base main --output plan                          for the jobs that follow
  gitops plan --change-sets plan --account main --output plan    change sets for this plan
""",
    )
    of = plan.add_mutually_exclusive_group(required=True)
    of.add_argument("--base", metavar="REV", help="compare with the fork point from this git revision; works offline")
    of.add_argument("--change-sets", type=Path, metavar="DIR", help="ask CloudFormation about the plan in this folder")
    plan.add_argument("--account", metavar="ACCOUNT", help="account of the change sets: main for accounts/main.yaml")
    plan.add_argument(
        "--output", type=Path, metavar="DIR", help="write the plan to this folder for `gitops report plan`"
    )


def _deployments(verbs: _Verbs) -> None:
    preflight = verbs.add_on_aws(
        "preflight",
        "check that required resources exist",
        """\
Check that resources exist which environments require and do not create: images, secrets, certificates, hosted zones,
quotas, the CDK's bootstrap. Changes nothing. `gitops deploy` runs the same checks for environments that will change.
""",
    )
    _add_names(preflight)

    deploy = verbs.add_on_aws(
        "deploy",
        "deploy declared environments",
        """\
Deploy environments: bases first, then their apps in parallel. Unchanged environments are skipped, and a failure does
not stop the others. The same command continues an interrupted deployment.
""",
        """\
  gitops deploy --all
  gitops deploy dev dev/alpha        the base and one app on it
  gitops deploy --target aws --all   AWS, although the embedded AWS runs
""",
    )
    selection = deploy.add_mutually_exclusive_group(required=True)
    selection.add_argument(
        "names", nargs="*", default=[], metavar="NAME", help="an environment, dev/alpha, or a base, dev"
    )
    selection.add_argument("--all", action="store_const", const=[], dest="names", help="all declared environments")
    deploy.add_argument(
        "--unless-superseded-by",
        type=Path,
        metavar="DIR",
        help="skip environments that differ in this checkout of the newest default branch",
    )
    _add_reporting(deploy)

    destroy = verbs.add_on_aws(
        "destroy",
        "delete an environment",
        """\
Delete the stack of one environment, declared or not. Prints its resources and asks for confirmation. A base is deleted
only when it has no apps, neither declared nor deployed. A locked environment is not deleted.

With --github, the environment's file is removed from the default branch first. If that branch is protected, a pull
request is opened, and the environment is deleted when it is merged. If GitHub does not answer, nothing is deleted.
""",
        """\
  gitops destroy dev/alpha
  gitops destroy dev/alpha --yes                         without a question
  gitops destroy prod/app --yes --confirm prod/app       production
""",
    )
    destroy.add_argument("name", metavar="NAME", help="an environment, dev/alpha, or a base, dev")
    destroy.add_argument("--yes", action="store_true", help="do not ask for confirmation")
    destroy.add_argument(
        "--confirm", metavar="NAME", help="repeat the name: required for production and protected stacks"
    )
    destroy.add_argument("--region", help="the stack in this region: one that stayed when the declaration moved")
    destroy.add_argument(
        "--only-expired",
        action="store_true",
        help="with --github: only if it is expired or not declared on the default branch",
    )
    _add_reporting(destroy)

    bootstrap = verbs.add_on_aws(
        "bootstrap",
        "prepare an AWS account, once",
        """\
Prepare an AWS account, with an administrator's credentials: deploy the stack of its declaration, run `cdk bootstrap` in
every declared region, and print the settings for GitHub, and the name servers of a hosted zone that the account
declares. Run it again to update the account.
""",
        """\
  gitops bootstrap                   the only account
  gitops bootstrap main              the account of environments/accounts/main.yaml
""",
    )
    bootstrap.add_argument("account", nargs="?", metavar="ACCOUNT", help="main for environments/accounts/main.yaml")


def _releases(verbs: _Verbs) -> None:
    promote = verbs.add_on_aws(
        "promote",
        "open a pull request with another image",
        """\
Open a pull request that declares the image of the first environment for the others, by its digest in ECR, with the tag
as a comment. With --image, declare this image for all named environments. Services with an image of their own keep it.
Run again, it updates the pull request. It edits the files of the default branch on GitHub and requires GITHUB_TOKEN.
""",
        """\
  gitops promote dev/alpha prod/app                  the image of alpha, in production
  gitops promote --image v1.5.0 dev/alpha dev/beta   a version, for both
""",
    )
    promote.add_argument("names", nargs="+", metavar="NAME", help="the source of the image, then its targets")
    promote.add_argument("--image", metavar="TAG", help="this tag or digest, for every NAME")

    registries = verbs.add(
        "registries",
        "list the registries to push an image to",
        """\
Print the accounts that declare an image repository, as JSON, and set the output `registries` of a workflow step: an
image is pushed to each of them.
""",
    )
    registries.add_argument("repository", metavar="REPOSITORY", help="name of the repository in ECR: microblog")


def _differences(verbs: _Verbs) -> None:
    status = verbs.add_on_aws(
        "status",
        "list declared and deployed environments",
        """\
Print every declared or deployed environment with its state, owner, expiry and URL. With --jobs, print the jobs of
deployed environments and how their last runs ended.
""",
    )
    status.add_argument("--jobs", action="store_true", help="the jobs of environments and their last runs")
    drift = verbs.add_on_aws(
        "drift",
        "find differences from the declarations",
        """\
Print differences between declarations and deployed environments: stacks, templates, changes by hand, images. The number
of tasks is not compared. Changes nothing. Ends with 1 if there is any difference.
""",
    )
    _add_account(drift)
    reap = verbs.add_on_aws(
        "reap",
        "find expired environments",
        """\
Print ad hoc environments that are expired or expire within 48 hours: by the end of the day `expires` (UTC), or because
a commit removed their file. Locked environments are skipped. Changes nothing: `gitops report reap` and the workflow
`reap` destroy them.
""",
    )
    _add_account(reap)


def _access(verbs: _Verbs) -> None:
    shell = verbs.add_on_aws(
        "shell",
        "open a shell in a running container",
        """\
Open a shell in a running container, or run COMMAND in it, with ECS Exec. Requires the AWS CLI and its Session Manager
plugin, except for the embedded AWS. ECS Exec does not return the exit code of COMMAND; `gitops run` does.
""",
        """\
  gitops shell dev/alpha
  gitops shell dev/alpha --service worker -- python manage.py shell
  gitops shell dev/alpha --print          print the command instead
""",
    )
    _add_app(shell, "web")
    _add_print(shell)
    _take_command(shell)

    db = verbs.add_on_aws(
        "db",
        "connect to the database of an environment",
        """\
Forward a port of this machine through the base's bastion to the database of an environment, until Ctrl-C, or with
--psql until psql ends. Requires the AWS CLI and its Session Manager plugin. The password is never printed. A database
of the embedded AWS is on this machine: its URL is printed, and --psql needs no other program.

With --host, forward to another PostgreSQL server of the base's VPC: one that a backup was restored to, with the
security group of the base's database. The environment's database, role and password are those of the backup.
""",
        """\
  gitops db dev/alpha --psql
  gitops db dev/alpha --port 15432        a fixed port, for a database client
  gitops db prod/app --host restored.c0ffee.eu-central-1.rds.amazonaws.com --port 15432
""",
    )
    _add_app(db)
    db.add_argument("--host", type=host, metavar="ENDPOINT", help="PostgreSQL server (default: that of the base)")
    db.add_argument("--port", type=port, metavar="N", help="port on this machine (default: a free one)")
    db.add_argument("--psql", action="store_true", help="start psql")
    _add_print(db)

    logs = verbs.add_on_aws(
        "logs",
        "print the logs of services, jobs and one-off tasks",
        """\
Print the logs of an environment in the order of time, each line with the name of its service. One-off tasks log as
`release`, the release command, and `database`. Logs of an ad hoc environment can be read for a
day after its destruction.
""",
        """\
  gitops logs dev/alpha --since 15m
  gitops logs dev/alpha --service web --follow
  gitops logs dev/alpha --service release --since 1h
  gitops logs dev/alpha --since 1d          also after a roll-back or a destruction
""",
    )
    _add_app(logs)
    logs.add_argument("--service", metavar="NAME", help="one service or job (default: all)")
    logs.add_argument("--follow", action="store_true", help="continue until Ctrl-C")
    logs.add_argument(
        "--since", type=duration, default="10m", metavar="TIME", help="start: 90s, 15m, 1h, 2d ago (default: 10m)"
    )

    run = verbs.add_on_aws(
        "run",
        "run a command in a one-off task",
        """\
Run COMMAND in a one-off task with the image, variables, secrets and network of a service. Prints its log and returns
its exit code. Ctrl-C stops the task.
""",
        """\
  gitops run dev/alpha -- python manage.py migrate
  gitops run prod/app --service worker -- python manage.py clearsessions
""",
    )
    _add_app(run, "web")
    _take_command(run)

    _add_app(
        verbs.add_on_aws(
            "open",
            "open an environment in the browser",
            """\
Print the URL of an environment and open it in the browser. On the embedded AWS this is the front door of this machine,
http://alpha.dev.localhost:4566/ for dev/alpha.
""",
        )
    )
    _add_app(
        verbs.add_on_aws(
            "sleep",
            "stop the tasks of an ad hoc app",
            """\
Stop the tasks of an ad hoc app: the desired count of each of its services becomes 0. Its data and its URL stay.
""",
        )
    )
    _add_app(
        verbs.add_on_aws(
            "wake",
            "start the tasks of an ad hoc app",
            """\
Start the tasks of an ad hoc app that sleeps: the desired count of each of its services becomes 1.
""",
        )
    )

    bastion = verbs.add_on_aws(
        "bastion",
        "start or stop the bastion of a base",
        """\
Start or stop the bastion of a base, or print its state. Only `gitops db` needs it. A stopped bastion costs its disk.
""",
        """\
  gitops bastion status dev
  gitops bastion start dev
""",
    )
    bastion.add_argument("action", choices=("start", "stop", "status"), help="start it, stop it, or print its state")
    bastion.add_argument("name", metavar="BASE", help="a base, dev")


def _github(verbs: _Verbs) -> None:
    command = verbs.add_on_aws(
        "command",
        "run the commands of a comment",
        """\
Read the comment that started this run of GitHub Actions and decide its commands: one a line, such as /plan or
/destroy dev/alpha. Answers at once where possible, and sets a matrix of steps for each job: git, read, deploy, destroy.
With --perform, one of these jobs runs its step, after reading and authorising the comment again.
""",
    )
    command.add_argument(
        "--perform", type=int, metavar="N", help="run step N (default: decide, answer and print the steps)"
    )
    request = verbs.add(
        "request",
        "open the pull request that a form asks for",
        """\
Read the form that started this run of GitHub Actions, of an issue or of the workflow's inputs, and decide whether to
act on it: sets the output `propose`. With --perform, make the declaration as `gitops new` does, and open a pull request
with it, or update the one that is open. Errors are answered on the issue.
""",
    )
    request.add_argument("--perform", action="store_true", help="open the pull request (default: decide)")
    verbs.add(
        "approval",
        "judge the approvals of a pull request that a job opened",
        """\
Read the event that started this run of GitHub Actions. For a review of a pull request that a job opened, ends with 1
until someone other than the requester has approved its newest commit. Other pull requests are left to the rules of
the branch.
""",
    )
    doctor = verbs.add(
        "doctor",
        "check the settings of the repository on GitHub, or those of an application",
        """\
Compare the settings of the repository on GitHub with those that docs/threat-model.md requires: environments, rules of
the default branch and of tags, GitHub Actions. Prints a table with the page of each setting that is too weak or that
the token in GITHUB_TOKEN may not read, and ends with 1 when there is one. Changes nothing.

With --application, look into the settings of a Django project instead, for what commonly keeps it from answering in an
environment: variables that nothing sets, hosts, https behind the load balancer, static files. Nothing of it is run.
""",
        """\
  gitops doctor --github             with the token of an administrator of the repository
  gitops doctor --job production     in a job, before it takes credentials: what its token may read
  gitops doctor --application dev/alpha                     its source is the folder of `gitops local image`
  gitops doctor --application dev/alpha --source ../shop    another folder
""",
    )
    which = doctor.add_mutually_exclusive_group(required=True)
    which.add_argument("--github", action="store_const", const=None, dest="job", help="all settings")
    which.add_argument("--job", metavar="ENVIRONMENT", help="those that guard the jobs of an environment of GitHub")
    which.add_argument("--application", metavar="FOLDER/NAME", help="settings of the Django project of an app")
    doctor.add_argument(
        "--approval",
        metavar="ENVIRONMENT",
        help="with --job: the environment of GitHub whose reviewers have approved the job",
    )
    doctor.add_argument("--source", type=Path, metavar="DIR", help="folder with the manage.py of the application")
    report = verbs.add(
        "report",
        "report the results of jobs on GitHub",
        """\
Report on GitHub the results of other jobs, from the files that they wrote: deployments, in the merged pull request;
expired environments; drift, in an issue.
""",
    )
    report.add_argument("topic", choices=("deployment", "drift", "plan", "reap"), help="kind of the results")
    report.add_argument("directory", type=Path, metavar="DIR", help="folder of the files")


def _embedded_aws(verbs: _Verbs) -> None:
    local = verbs.add(
        "local",
        "start or stop the embedded AWS",
        """\
Start the embedded AWS of this checkout, stop it, or print its state. `up` and `status` print the variables with which
other tools reach it. Its data is deleted when it stops.

It starts as empty as a new account: `gitops bootstrap` sets up its accounts, and `prepare` creates placeholders for
what you would create by hand in a real account: the hosted zones, images and secrets that declarations name, and
SES identities.

`image` lets tasks of an image run from a folder on this machine. Tasks of other images are simulated, or run as
containers of the Docker engine that GITOPS_LOCAL_DOCKER_HOST names for `up`: docs/local.md.
""",
        """\
  gitops local image shop ../shop
  gitops local up
  gitops bootstrap
  gitops local prepare
  eval "$(gitops local status)"; aws cloudformation list-stacks
""",
    )
    local.set_defaults(image=None, source=None, dockerfile=None, remove=False)
    actions = local.add_subparsers(dest="action", required=True, metavar="ACTION")
    for action, meaning in (
        ("up", "start it, unless it runs"),
        ("prepare", "create placeholders for hosted zones, images, secrets and SES identities"),
        ("down", "stop it and delete its data"),
        ("status", "print whether it runs, and what it has denied"),
    ):
        _add_folder(actions.add_parser(action, help=meaning, description=meaning), default=argparse.SUPPRESS)
    image = actions.add_parser(
        "image",
        help="let a folder stand for an image, or list the folders that do",
        description="""\
Let a folder with the source of an application stand for an image: tasks of the image run as processes, in a copy of the
folder as it is when they start. Without arguments, list the folders. They are kept when the embedded AWS stops.

Entry point, command, variables and working directory come from the folder's Dockerfile where it has one, or
compose/production/django/Dockerfile; a task definition overrides them, as in ECS. RUN is not executed. Packages come
from the folder's .venv. If it has none, one is made of uv.lock, requirements.txt, requirements.lock,
requirements/production.txt or pyproject.toml.
""",
        epilog="""\
examples:
  gitops local image shop ../shop
  gitops local image shop:v2 ../shop-v2
  gitops local image
  gitops local image --remove shop
""",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_folder(image, default=argparse.SUPPRESS)
    image.add_argument("image", nargs="?", metavar="NAME", help="an image repository, or REPOSITORY:TAG")
    image.add_argument("source", nargs="?", type=Path, metavar="FOLDER", help="folder of the application's source")
    image.add_argument("--dockerfile", metavar="PATH", help="path of another Dockerfile below FOLDER")
    image.add_argument(
        "--remove",
        action="store_true",
        help="remove the folder of NAME; its tasks are then simulated, or containers of an engine",
    )


def day(text: str) -> date:
    """Return the date that `text`, YYYY-MM-DD, means."""
    return date.fromisoformat(text)


def duration(text: str) -> timedelta:
    """Return the time that `text`, `90s`, `15m`, `1h` or `2d`, means."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise argparse.ArgumentTypeError(f"invalid time {text!r}: write a number and s, m, h or d, such as 15m")
    number, unit = match.groups()
    return timedelta(**{_UNITS[unit]: int(number)})


def port(text: str) -> int:
    """Return the TCP port that `text` means."""
    if not text.isdecimal() or not 0 < int(text) <= HIGHEST_PORT:
        raise argparse.ArgumentTypeError(f"invalid port {text!r}: write a number from 1 to {HIGHEST_PORT}")
    return int(text)


def host(text: str) -> str:
    """Return the host name `text`; it becomes part of URLs."""
    if not _HOST.fullmatch(text):
        raise argparse.ArgumentTypeError(f"invalid host {text!r}: write the address of an RDS endpoint, without a port")
    return text


class _IntoOptions(argparse.Action):
    """Collects the options that a kind of declaration may have in one mapping, `options`."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,  # noqa: ARG002 - the signature is argparse's
        namespace: argparse.Namespace,
        values: object,
        option_string: str | None = None,  # noqa: ARG002 - the same
    ) -> None:
        namespace.options = {**namespace.options, self.dest: values}


def _add_folder(parser: argparse.ArgumentParser, default: object) -> None:
    parser.add_argument(
        "--environments",
        dest="folder",
        type=Path,
        default=default,
        metavar="DIR",
        help="folder of the declarations (default: environments)",
    )


def _add_names(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="*", metavar="NAME", help="an environment, dev/alpha (default: all)")


def _add_app(parser: argparse.ArgumentParser, service: str | None = None) -> None:
    parser.add_argument("name", metavar="NAME", help="an environment, dev/alpha")
    if service:
        parser.add_argument("--service", default=service, metavar="NAME", help=f"default: {service}")


def _add_print(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--print", action="store_true", dest="print_only", help="print the command instead of running it"
    )


def _take_command(parser: argparse.ArgumentParser) -> None:
    """Show in the usage that what follows `--` is a command; `parse` takes it before it parses the rest."""
    parser.set_defaults(command=())
    parser.usage = f"{parser.format_usage().removeprefix('usage: ').strip()} -- COMMAND"


def _add_reporting(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--github", action="store_true", help="in a job of GitHub Actions: act and report there too")
    parser.add_argument("--results", type=Path, metavar="DIR", help="write the results to this folder, as JSON")


def _add_account(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--account", metavar="NAME", help="one account: main for environments/accounts/main.yaml")
    parser.add_argument("--save", type=Path, metavar="FILE", help="write the findings to this file, as JSON")


def _default_folder() -> Path:
    """Return the checkout's declarations, written as seen from the current folder."""
    return Path(os.path.relpath(checkout.ROOT / "environments"))
