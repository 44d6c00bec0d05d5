// Evaluates IAM policies: one question a line on standard input, one answer a line on standard output.
//
// A question is a simulation of @cloud-copilot/iam-simulate in which policies are texts, which are parsed and
// validated once. An answer has the result and the statements that were decisive for it, or the error that kept
// the question from being answered. Answers come in the order of the questions.

import { createInterface } from "node:readline";
import { createValidatedPolicy, validateIdentityPolicy, validateResourcePolicy } from "@cloud-copilot/iam-policy";
import { getDenialReasons, getGrantReasons, runSimulation } from "@cloud-copilot/iam-simulate";

const validated = new Map();

function policy(text, validate) {
  const key = `${validate.name} ${text}`;
  if (!validated.has(key)) validated.set(key, createValidatedPolicy(JSON.parse(text), validate));
  return validated.get(key);
}

const named = (policies) => policies.map(({ name, text }) => ({ name, policy: policy(text, validateIdentityPolicy) }));

async function answer(question) {
  const outcome = await runSimulation(
    {
      request: question.request,
      identityPolicies: named(question.identity),
      permissionBoundaryPolicies: question.boundary ? named([question.boundary]) : undefined,
      sessionPolicy: question.session ? policy(question.session, validateIdentityPolicy) : undefined,
      resourcePolicy: question.resource ? policy(question.resource, validateResourcePolicy) : undefined,
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  );
  if (outcome.resultType === "error") return { error: JSON.stringify(outcome.errors) };
  const results = outcome.resultType === "single" ? [outcome.result] : outcome.results;
  return {
    result: outcome.overallResult,
    grants: results.flatMap(({ analysis }) => getGrantReasons(analysis)),
    denials: results.flatMap(({ analysis }) => getDenialReasons(analysis)),
    blocked: [...new Set(results.flatMap(({ analysis }) => analysis.blockedBy ?? []))],
    ignored: [...new Set(results.flatMap(({ ignoredContextKeys }) => ignoredContextKeys ?? []))],
  };
}

for await (const line of createInterface({ input: process.stdin })) {
  let reply;
  try {
    reply = await answer(JSON.parse(line));
  } catch (error) {
    reply = { error: String(error?.stack ?? error) };
  }
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
