// A client of the Agent Client Protocol, made with the protocol's own SDK, which
// checks every message by its schema:
//
//	node client.mjs BINARY FOLDER ask          asks, and sets an option
//	node client.mjs BINARY FOLDER cancel       cancels a prompt whose answer has begun
//	node client.mjs BINARY FOLDER edit         has a function changed, and allows it
//	node client.mjs BINARY FOLDER load ID      loads that session in a process of its own, and asks on
//
// What it saw is one JSON object on stdout. Its failures end it with status 1.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import path from "node:path";
import { Readable, Writable } from "node:stream";
import { pathToFileURL } from "node:url";

import { client, methods, ndJsonStream, PROTOCOL_VERSION } from "@agentclientprotocol/sdk";

const [binary, folder, scene, loaded] = process.argv.slice(2);
const sum = path.join(folder, "sum.go");
const unsaved = "// This line was not saved.\n";

const agent = spawn(binary, ["--acp", "--log-level=debug"], { stdio: ["pipe", "pipe", "inherit"] });
const exited = once(agent, "exit");
const seen = { updates: [], reads: [] };
let onText = () => {};

const app = client({ name: "rigrun-e2e" })
  .onNotification(methods.client.session.update, ({ params }) => {
    seen.updates.push(params.update);
    if (params.update.sessionUpdate === "agent_message_chunk") onText();
  })
  .onRequest(methods.client.fs.readTextFile, ({ params }) => {
    seen.reads.push(params.path);
    return { content: unsaved + readFileSync(params.path, "utf8") };
  })
  .onRequest(methods.client.fs.writeTextFile, ({ params }) => {
    seen.written = params.content;
    return {};
  })
  .onRequest(methods.client.session.requestPermission, ({ params }) => {
    seen.asked = { title: params.toolCall.title, newText: params.toolCall.content[0].newText };
    return { outcome: { outcome: "selected", optionId: params.options.find((o) => o.kind === "allow_once").optionId } };
  });

// said puts together what came of one kind since the n-th update.
const said = (kind, n = 0) =>
  seen.updates.slice(n).filter((u) => u.sessionUpdate === kind).map((u) => u.content.text).join("");

const prompt = (sessionId, question) => ({
  sessionId,
  prompt: [
    { type: "text", text: question },
    { type: "resource_link", name: "sum.go", uri: pathToFileURL(sum).href },
  ],
});

// cancel asks, and cancels once the first text has come.
async function cancel(agent) {
  const { sessionId } = await agent.request(methods.agent.session.new, { cwd: folder, mcpServers: [] });
  let at = 0;
  onText = () => {
    if (at > 0) return;
    at = Date.now();
    void agent.notify(methods.agent.session.cancel, { sessionId });
  };
  const { stopReason } = await agent.request(methods.agent.session.prompt, prompt(sessionId, "Count to a thousand."));
  return { sessionId, cancelled: { stopReason, at, answered: Date.now() } };
}

async function ask(agent) {
  const { sessionId, configOptions, modes } = await agent.request(methods.agent.session.new, { cwd: folder, mcpServers: [] });
  const { stopReason } = await agent.request(methods.agent.session.prompt, prompt(sessionId, "What does it do?"));
  const text = said("agent_message_chunk");
  const options = await agent.request(methods.agent.session.setConfigOption, { sessionId, configId: "mode", value: "local" });
  return {
    sessionId, stopReason, text, modes: modes.availableModes.length, models: configOptions.find((o) => o.id === "model").options.length,
    mode: options.configOptions.find((o) => o.id === "mode").currentValue,
    commands: seen.updates.find((u) => u.sessionUpdate === "available_commands_update")?.availableCommands.map((c) => c.name),
  };
}

// edit has the function in lines 5 to 12 of the unsaved file changed.
async function edit(agent) {
  const { sessionId } = await agent.request(methods.agent.session.new, { cwd: folder, mcpServers: [] });
  const question = prompt(sessionId, "/refactor ");
  question.prompt[1].uri += "#L5:12";
  const { stopReason } = await agent.request(methods.agent.session.prompt, question);
  const ended = seen.updates.find((u) => u.sessionUpdate === "tool_call_update")?.status;
  return { sessionId, stopReason, text: said("agent_message_chunk"), edit: { ...seen.asked, written: seen.written, ended } };
}

async function load(agent) {
  await agent.request(methods.agent.session.load, { sessionId: loaded, cwd: folder, mcpServers: [] });
  const replayed = { user: said("user_message_chunk"), text: said("agent_message_chunk") };
  const n = seen.updates.length;
  const { stopReason } = await agent.request(methods.agent.session.prompt, prompt(loaded, "And then?"));
  return { sessionId: loaded, stopReason, replayed, text: said("agent_message_chunk", n) };
}

const stream = ndJsonStream(Writable.toWeb(agent.stdin), Readable.toWeb(agent.stdout));
const outcome = await app.connectWith(stream, async (agent) => {
  const { protocolVersion, agentCapabilities, agentInfo } = await agent.request(methods.agent.initialize, {
    protocolVersion: PROTOCOL_VERSION,
    clientCapabilities: { fs: { readTextFile: true, writeTextFile: true }, terminal: false },
    clientInfo: { name: "rigrun-e2e", version: "1" },
  });
  const about = { protocolVersion, loadSession: agentCapabilities.loadSession, name: agentInfo.name };
  return { about, ...(await { ask, cancel, edit, load }[scene](agent)) };
});
agent.stdin.end();
const [status] = await exited;
console.log(JSON.stringify({ ...outcome, status, reads: seen.reads, kinds: [...new Set(seen.updates.map((u) => u.sessionUpdate))] }));
