// Starts `xsrun lsp`, and runs what a code lens offers in a terminal.
"use strict";

const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

const command = () => vscode.workspace.getConfiguration("xsrun").get("command");

async function start() {
  const server = { command: command(), args: ["lsp"] };
  const documentSelector = ["file", "untitled"].map((scheme) => ({ scheme, language: "xanoscript" }));
  client = new LanguageClient("xsrun", "xsrun", { run: server, debug: server }, { documentSelector });
  try {
    await client.start();
  } catch {
    vscode.window.showErrorMessage(
      `\`${command()} lsp\` does not start: pip install 'xsrun[lsp]', or name the xsrun to use in the setting xsrun.command.`
    );
  }
}

async function stop() {
  const running = client;
  client = undefined;
  if (running && running.isRunning()) {
    await running.stop();
  }
}

// What a code lens offers: the arguments come from the server, and no shell reads them.
async function run({ arguments: given }) {
  if (!vscode.workspace.isTrusted) {
    vscode.window.showWarningMessage("xsrun runs jobs in trusted folders only.");
    return;
  }
  await vscode.workspace.saveAll(false);
  const execution = new vscode.ProcessExecution(command(), given);
  const task = new vscode.Task({ type: "xsrun", arguments: given }, vscode.TaskScope.Workspace, given[0], "xsrun", execution, []);
  task.presentationOptions = { reveal: vscode.TaskRevealKind.Always, clear: true };
  await vscode.tasks.executeTask(task);
}

exports.activate = async (context) => {
  context.subscriptions.push(
    vscode.commands.registerCommand("xsrun.run", run),
    vscode.commands.registerCommand("xsrun.test", run),
    vscode.commands.registerCommand("xsrun.restart", async () => {
      await stop();
      await start();
    })
  );
  await start();
};

exports.deactivate = stop;
