// Colours a text as VS Code does: node tests/textmate.js FOLDER_OF_MODULES GRAMMAR < text, one JSON list per line.
"use strict";

const fs = require("fs");
const { createRequire } = require("module");

const [modules, grammar] = process.argv.slice(2);
const load = createRequire(`${modules}/`);
const textmate = load("vscode-textmate");
const oniguruma = load("vscode-oniguruma");

async function main() {
  await oniguruma.loadWASM(fs.readFileSync(`${modules}/vscode-oniguruma/release/onig.wasm`).buffer);
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async () => textmate.parseRawGrammar(fs.readFileSync(grammar, "utf8"), grammar),
  });
  const colours = await registry.loadGrammar("source.xanoscript");
  let state = textmate.INITIAL;
  for (const line of fs.readFileSync(0, "utf8").split("\n")) {
    const found = colours.tokenizeLine(line, state);
    state = found.ruleStack;
    const parts = found.tokens.map((each) => [line.slice(each.startIndex, each.endIndex), each.scopes.slice(1)]);
    process.stdout.write(`${JSON.stringify(parts)}\n`);
  }
}

main();
