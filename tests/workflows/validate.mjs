// GitHub's own reader of workflows and actions: prints what it finds wrong, as FILE:LINE:COLUMN: MESSAGE, and exits 1.
// `node tests/workflows/validate.mjs FILE…`, in the root of the repository.

import {readFileSync} from "node:fs";
import {readFile} from "node:fs/promises";
import {registerHooks} from "node:module";
import {relative, resolve} from "node:path";
import {fileURLToPath, pathToFileURL} from "node:url";
import {TextDocument} from "vscode-languageserver-textdocument";

// The package is written for bundlers, which import JSON without being told that it is JSON. Node wants to be told.
registerHooks({
  load: (url, context, next) =>
    url.endsWith(".json")
      ? {format: "module", shortCircuit: true, source: `export default ${readFileSync(fileURLToPath(url), "utf8")}`}
      : next(url, context),
});
const {validate} = await import("@actions/languageservice");

// Workflows that are called, whose inputs and outputs are checked too.
const fileProvider = {
  getFileContent: async ({path}) => ({name: path, content: await readFile(path, "utf8")}),
};

// The package has no payload of this event, so it knows none of its fields:
// https://docs.github.com/en/webhooks/webhook-events-and-payloads#merge_group
const UNKNOWN_TO_IT = "Context access might be invalid: merge_group";

const files = process.argv.slice(2);
let wrong = files.length === 0;
for (const file of files) {
  const document = TextDocument.create(pathToFileURL(resolve(file)).href, "yaml", 1, await readFile(file, "utf8"));
  for (const {range, message} of await validate(document, {fileProvider})) {
    if (message === UNKNOWN_TO_IT) continue;
    wrong = true;
    console.log(`${relative(".", file)}:${range.start.line + 1}:${range.start.character + 1}: ${message}`);
  }
}
process.exit(wrong ? 1 : 0);
