// A model server that says what it is told to: OpenAI's protocol, one model. It
// notes when each answer's first token left, for the measurements.
import { createServer } from 'node:http';

/** The time in milliseconds since 1970, finer than Date.now. */
const now = () => performance.timeOrigin + performance.now();
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** What is answered to a question that holds `word`, piece by piece; a piece may be a function that waits. */
export async function startModelServer(script) {
  const asked = [];
  const server = createServer(async (request, response) => {
    if (request.url === '/v1/models') {
      response.end(
        JSON.stringify({
          object: 'list',
          data: [{ id: 'scripted-coder:7b', object: 'model' }],
        }),
      );
      return;
    }
    if (request.url !== '/v1/chat/completions') {
      response.writeHead(404).end('{}');
      return;
    }
    let body = '';
    for await (const part of request) body += part;
    const { messages } = JSON.parse(body);
    const question = messages.at(-1).content;
    const {
      pieces,
      pause = 5,
      before = 30,
    } = script.find(({ word }) => question.includes(word)) ?? script.at(-1);
    const note = {
      question,
      said: messages.map(({ content }) => content),
      received: now(),
      firstToken: 0,
      pieces: 0,
      closed: false,
    };
    asked.push(note);
    response.on('close', () => (note.closed = !response.writableEnded));
    await wait(before);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const piece of typeof pieces === 'function' ? pieces(question) : pieces) {
      const content = typeof piece === 'function' ? await piece() : piece;
      if (response.destroyed) return;
      note.firstToken ||= now();
      note.pieces += 1;
      const choices = [{ index: 0, delta: { content }, finish_reason: null }];
      response.write(`data: ${JSON.stringify({ object: 'chat.completion.chunk', choices })}\n\n`);
      await wait(pause);
    }
    const end = { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] };
    response.end(`data: ${JSON.stringify(end)}\n\ndata: [DONE]\n\n`);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    asked,
    close: () => server.close(),
  };
}
