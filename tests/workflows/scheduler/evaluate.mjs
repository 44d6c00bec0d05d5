// GitHub's own evaluator: reads [{text, contexts}…] as JSON from its input, writes the values as JSON.

import {text as read} from "node:stream/consumers";
import {data, Evaluator, Lexer, Parser, wellKnownFunctions} from "@actions/expressions";

const cases = JSON.parse(await read(process.stdin));
const values = cases.map(({text, contexts}) => {
  const given = JSON.parse(JSON.stringify(contexts), data.reviver);
  const tokens = new Lexer(text).lex().tokens;
  const parsed = new Parser(tokens, Object.keys(contexts), Object.values(wellKnownFunctions)).parse();
  const found = new Evaluator(parsed, given).evaluate();
  return JSON.parse(JSON.stringify(found, data.replacer));
});
process.stdout.write(JSON.stringify(values));
