"""What `--help` says: for the whole command line and for each verb."""

DESCRIPTION = """\
Django environments on AWS from YAML files: environments/ says what should exist, gitops makes AWS agree.

  gitops validate                    check the declarations; needs no AWS
  gitops local up                    start the embedded AWS of this machine
  gitops cost                        what it costs a month; needs no AWS
  gitops deploy --all                deploy what changed, bases first
  gitops status                      what is declared and what is deployed
  gitops logs dev/alpha              what it logs; also: shell, db, run
  gitops destroy dev/alpha           delete one environment

An environment is named as its file: dev/alpha is environments/dev/alpha.yaml, and dev is its base, dev/base.
While the embedded AWS of this checkout runs, commands talk to it; otherwise to AWS, with the usual AWS_* variables.
"""

EXIT_CODES = """\
exit codes: 0 done, 1 something that you can put right, 2 the command line is wrong, 3 a bug of ours, 130 interrupted
"""

VALIDATE = """\
Check every declaration and print what is wrong, as file:line:column: field: message. All files are checked, since
they depend on each other. In the files that are named, or changed since a revision, a past `expires` is an error; in
others it is a warning.
"""
VALIDATE_EXAMPLES = """\
examples:
  gitops validate
  gitops validate environments/dev/alpha.yaml
  gitops validate --base origin/main --format github     in a pull request: annotations on the changed lines
"""
SYNTH = """\
Write the CloudFormation templates of the environments named, or of all, and print where they are. Needs no AWS. When
neither declarations nor code have changed, the ones from last time are found at once.
"""
COST = """\
Print what the environments named, or all, cost a month by list prices: an estimate from their templates, with what
it leaves out. docs/costs.md says how it is made. Asks no AWS.
"""
COST_EXAMPLES = """\
examples:
  gitops cost
  gitops cost dev/alpha prod/app
  gitops cost --format json
"""
AFFECTED = """\
Print the environments that the change from one commit to another touches, as JSON in the order of deployment, and set
the outputs of a workflow's step. The two commits are compared exactly, wherever they stand in history. A declaration
touches itself; what a base, an account, or code touches is found by comparing templates. Asks no AWS.
"""
AFFECTED_EXAMPLES = """\
examples:
  gitops affected --base origin/main                 the work tree against main
  gitops affected --base "$BEFORE" --head "$SHA"     what a push touches
  gitops affected --all                              everything declared, to be deployed again
  gitops affected dev/alpha                          this one
  gitops affected --accounts                         the accounts, for a matrix of jobs
"""
PLAN = """\
Print what a change would do to the environments that it touches: what is created, updated, replaced and destroyed,
what is newly allowed, what it costs, by the templates of both sides. With --change-sets, CloudFormation is asked about
such a plan, by change sets that are deleted again. Ends with 1 when something must not be merged like this.
"""
PLAN_EXAMPLES = """\
examples:
  gitops plan --base main                                        the work tree against main
  gitops plan --base main --output plan                          for jobs that follow
  gitops plan --change-sets plan --account main --output plan    what CloudFormation says of it
"""
DEPLOY = """\
Deploy environments: bases first, then the apps on them side by side. What has not changed is left alone, one that
fails does not stop the others, and the same command again goes on where an interrupted one stopped.
"""
DEPLOY_EXAMPLES = """\
examples:
  gitops deploy --all
  gitops deploy dev dev/alpha        the base and one app on it
  gitops deploy --target aws --all   AWS itself, though the embedded one runs
"""
DESTROY = """\
Delete the stack of one environment, whether its file still exists or not. Prints what will go and asks. A base is
only destroyed when no app is left on it, neither declared nor deployed; what is locked is not.

With --github its file is removed from the default branch first. Where that is protected a pull request is opened, and
nothing is destroyed before it is merged. When GitHub does not answer, nothing is destroyed either.
"""
DESTROY_EXAMPLES = """\
examples:
  gitops destroy dev/alpha
  gitops destroy dev/alpha --yes                         without a question
  gitops destroy prod/app --yes --confirm prod/app       production
"""
BOOTSTRAP = """\
Set an AWS account up, with an administrator's credentials: deploy the stack of its declaration, run `cdk bootstrap`
in every region that declarations name, and print what to set on GitHub. The same again brings it up to date.
"""
BOOTSTRAP_EXAMPLES = """\
examples:
  gitops bootstrap                   the account, when there is one
  gitops bootstrap main              the one of environments/accounts/main.yaml
"""
STATUS = """\
Print every environment that is declared or deployed, with its state, owner, expiry and URL.
"""
COMMAND = """\
Read the comment that started this run of GitHub Actions and decide what it orders: one command a line, such as /plan or
/destroy dev/alpha. Answers what can be answered at once, and sets a matrix of steps for each job: git, read, deploy,
destroy. With --perform, one of those jobs carries out its step, after reading and authorising the comment once more.
"""
NEW = """\
Write a minimal declaration that is valid. KIND is account, ad-hoc-base, ad-hoc-app, prod-base or prod-app.
"""
NEW_EXAMPLES = """\
examples:
  gitops new ad-hoc-app dev/gamma --owner octocat --image v1.4.2
  gitops new ad-hoc-base qa --domain qa.example.com --hosted-zone-id Z0123456789ABCDEFGHIJ
"""
REPORT = """\
Tell people on GitHub what other jobs have found, from the files that these wrote: how a deployment went, in the pull
request that was merged; which environments have had their time; what has drifted, in an issue. For jobs of workflows.
"""
REAP = """\
Print which ad hoc environments have had their time, or will have in 48 hours: by the end of the day `expires` (UTC), or
because a commit removed their file. What is locked is left alone. Changes nothing; `gitops report reap` and the
workflow `reap` do.
"""
DRIFT = """\
Print what differs between the declarations and what runs: stacks, templates, changes by hand, images. How many tasks
run is no difference. Changes nothing. Exits with 1 when anything differs.
"""
SCHEMA = """\
Print the reference of all fields of all kinds as Markdown; docs/declarations.md is this text.
"""
LOCAL = """\
Start the embedded AWS of this checkout, stop it, or tell whether it runs. `up` and `status` print the variables with
which other tools reach it. What it holds is gone when it stops.
"""
LOCAL_EXAMPLES = """\
examples:
  gitops local up
  eval "$(gitops local status)"; aws cloudformation list-stacks
"""
