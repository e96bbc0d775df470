// The chat panel: what the extension says comes in here, goes into the model, and each
// view shows what became different.

import { isToPanel } from '../src/panel-guards';
import type { PanelState, ToHost, ToPanel } from '../src/panel-messages';
import { Announcer, Sentences } from './announcer';
import { Composer } from './composer';
import { ConversationsView } from './conversations-view';
import type { Desk } from './desk';
import { button, element, icon } from './element';
import { FrameLoop } from './frames';
import { LogView } from './log-view';
import { PanelModel, type Turn } from './panel-model';
import { startView } from './start-view';
import { sayer } from './strings';
import './styles/panel.css';

interface Host {
  readonly postMessage: (message: ToHost) => void;
  readonly getState: () => unknown;
  readonly setState: (state: PanelState) => void;
}

declare function acquireVsCodeApi(): Host;

/** How long after a change the state is kept, in milliseconds. */
const KEEP_AFTER = 200;

class Panel {
  readonly #host: Host;
  readonly #model = new PanelModel();
  readonly #desk: Desk;
  readonly #log: LogView;
  readonly #composer: Composer;
  readonly #conversations: ConversationsView;
  readonly #announcer = new Announcer();
  readonly #banner = element('div', { class: 'banner', role: 'status', hidden: true });
  readonly #start = element('div', { class: 'start-room' });
  #sentences: Sentences;
  #keeping: ReturnType<typeof setTimeout> | undefined;
  #kept: PanelState;

  constructor(host: Host, init: Extract<ToPanel, { type: 'init' }>, kept: PanelState) {
    this.#host = host;
    this.#kept = kept;
    const say = sayer(init.strings);
    const post = (message: ToHost) => {
      host.postMessage(message);
    };
    const frames = new FrameLoop(() => {
      this.#log.follow();
    });
    this.#desk = { say, post, frames, locale: init.locale };
    this.#sentences = new Sentences(say('answer.code'));
    this.#log = new LogView(this.#desk, () => {
      this.#keep();
    });
    this.#composer = new Composer(this.#desk, {
      changed: () => {
        this.#keep();
      },
      editLast: () => {
        const last = this.#model.turns.at(-1);
        if (last) this.#log.of(last)?.edit();
      },
      stop: () => {
        this.#stop();
      },
    });
    this.#conversations = new ConversationsView(this.#desk, () => {
      this.#show('chat');
    });
    this.#build(kept.draft);
    this.receive(init);
  }

  receive(message: ToPanel): void {
    this.#model.receive(message, performance.now());
    switch (message.type) {
      case 'init':
      case 'status':
      case 'examples':
        this.#showStatus();
        break;
      case 'models':
      case 'marking':
        this.#composer.show(this.#model);
        break;
      case 'chips':
        this.#composer.showChips(this.#model);
        break;
      case 'draft':
        this.#composer.setDraft(message.text, message.focus);
        this.#keep();
        break;
      case 'conversation':
        this.#openConversation();
        break;
      case 'show':
        this.#show(message.view);
        break;
      case 'asked':
        this.#asked(message.request);
        break;
      case 'completions':
        this.#composer.suggestions.show(message.ask, message.items);
        if (this.#composer.suggestions.open) {
          this.#announcer.say(this.#desk.say('composer.suggested', message.items.length));
        }
        break;
      case 'conversations':
        this.#conversations.show(message.items, message.query, this.#model.conversationId);
        break;
      case 'applied':
        this.#showOutcome(message.block.messageId, message.block.index);
        break;
      case 'match':
        for (const turn of this.#model.matched(message.entryId)) this.#log.of(turn)?.answer?.showMatch();
        break;
      case 'kept': {
        const turn = this.#model.turnOf(message.request);
        if (turn) this.#log.of(turn)?.answer?.showEnd();
        break;
      }
      case 'notice':
        this.#announcer.say(message.text);
        this.#composer.refused();
        break;
      case 'route':
      case 'text':
      case 'thinking':
      case 'step':
      case 'done':
      case 'stopped':
      case 'failed':
        this.#progress(message);
    }
  }

  #progress(
    message: Extract<
      ToPanel,
      { type: 'route' | 'text' | 'thinking' | 'step' | 'done' | 'stopped' | 'failed' }
    >,
  ): void {
    const turn = this.#model.turnOf(message.request);
    if (!turn) return;
    const view = this.#log.of(turn)?.answer;
    switch (message.type) {
      case 'text':
        view?.addText(message.text);
        this.#announcer.say(...this.#sentences.push(message.text));
        return;
      case 'thinking':
        view?.addThinking(message.text);
        break;
      case 'step':
        view?.addStep();
        break;
      case 'route':
        view?.showEnd();
        break;
      case 'done':
      case 'stopped':
      case 'failed':
        view?.finish();
        this.#ended(turn);
    }
    // The frame that follows keeps the end in view.
    this.#desk.frames.request(() => false);
  }

  #ended(turn: Turn): void {
    const { say } = this.#desk;
    const { failure, state } = turn.answer;
    const how = failure?.message ?? say(state === 'stopped' ? 'answer.stopped' : 'answer.ended');
    this.#announcer.say(...this.#sentences.finish(), how);
    this.#composer.show(this.#model);
    this.#keep();
  }

  #asked(request: number): void {
    const turn = this.#model.turnOf(request);
    if (!turn) return;
    this.#sentences = new Sentences(this.#desk.say('answer.code'));
    this.#show('chat');
    this.#showStart();
    this.#composer.asked();
    this.#composer.show(this.#model);
    this.#log.add(turn, this.#model.turns); // last: it measures, and lays out what is there by then
  }

  #openConversation(): void {
    this.#show('chat');
    this.#log.show(this.#model.turns);
    this.#showStart();
    this.#composer.show(this.#model);
    const { anchor, conversationId } = this.#kept;
    if (anchor && conversationId === this.#model.conversationId) this.#log.goTo(anchor);
    this.#keep();
  }

  #showOutcome(messageId: string, index: number): void {
    const turn = this.#model.turns.find((one) => one.answer.messageId === messageId);
    if (turn) this.#log.of(turn)?.answer?.showOutcome(index);
  }

  #showStatus(): void {
    const { say, post } = this.#desk;
    const { server, offline } = this.#model.status;
    const words =
      server === 'running' ? (offline ? say('status.offline') : undefined) : say(`status.${server}`);
    // What is missing is told in the room where there is room for it.
    const told = server === 'missing' && this.#model.turns.length === 0;
    this.#banner.hidden = words === undefined || told;
    this.#banner.replaceChildren(icon(server === 'starting' ? 'info' : 'warning'), words ?? '');
    const command = server === 'stopped' ? 'restart' : server === 'missing' ? 'install' : undefined;
    if (command) {
      const act = () => {
        post({ type: 'failureAction', command });
      };
      this.#banner.append(button(say(`status.${command}`), act, { class: 'secondary' }));
    }
    this.#showStart();
    this.#composer.show(this.#model);
  }

  #showStart(): void {
    const empty = this.#model.turns.length === 0;
    this.#start.hidden = !empty || !this.#conversations.element.hidden;
    this.#log.element.hidden = empty || !this.#conversations.element.hidden;
    this.#start.replaceChildren();
    if (empty) {
      const ask = (text: string) => {
        this.#composer.setDraft(text, true);
        this.#keep();
      };
      this.#start.append(startView(this.#desk, this.#model, ask));
    }
  }

  #show(view: 'chat' | 'conversations'): void {
    const list = view === 'conversations';
    if (list === !this.#conversations.element.hidden) return;
    this.#conversations.element.hidden = !list;
    this.#composer.element.hidden = list;
    this.#showStart();
    if (list) {
      this.#log.jump.hidden = true;
      this.#conversations.refresh();
      this.#conversations.focus();
    } else {
      this.#log.follow();
      this.#composer.field.focus();
    }
  }

  #stop(): void {
    const request = this.#model.streaming()?.request;
    if (request !== undefined) this.#desk.post({ type: 'stop', request });
  }

  #build(draft: string): void {
    const room = element('div', { class: 'room' }, this.#start, this.#log.element, this.#log.jump);
    document.body.append(
      element(
        'main',
        { class: 'panel' },
        element('h1', { class: 'unseen' }, 'rigrun'),
        this.#banner,
        this.#conversations.element,
        room,
        this.#composer.element,
        this.#announcer.element,
      ),
    );
    this.#composer.setDraft(draft, false);
    this.#composer.showChips(this.#model);
    document.addEventListener('keydown', (event) => {
      this.#key(event);
    });
    document.addEventListener('click', (event) => {
      this.#link(event);
    });
  }

  #key(event: KeyboardEvent): void {
    if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
      this.#log.walk(event.key === 'ArrowUp' ? -1 : 1);
    } else if (event.key === 'Escape') {
      if (!this.#conversations.element.hidden) this.#show('chat');
      else if (this.#model.streaming()) this.#stop();
      else this.#desk.post({ type: 'leave' });
    } else if (event.key === 'Enter' && event.target instanceof HTMLElement && event.target.role === 'link') {
      this.#openLink(event.target);
    } else return;
    event.preventDefault();
  }

  #link(event: MouseEvent): void {
    const link = event.target instanceof Element ? event.target.closest<HTMLElement>('a') : null;
    if (!link) return;
    event.preventDefault();
    this.#openLink(link);
  }

  #openLink(link: HTMLElement): void {
    const href = link.dataset['href'];
    if (href !== undefined) this.#desk.post({ type: 'openLink', href });
  }

  #keep(): void {
    this.#keeping ??= setTimeout(() => {
      this.#keeping = undefined;
      this.#kept = {
        conversationId: this.#model.conversationId,
        draft: this.#composer.field.value,
        anchor: this.#log.anchor(),
      };
      this.#host.setState(this.#kept);
    }, KEEP_AFTER);
  }
}

/** What was kept, as far as it has the shape it should have: an older version may have written it. */
function readState(value: unknown): PanelState {
  const fields =
    typeof value === 'object' && value !== null
      ? new Map<string, unknown>(Object.entries(value))
      : new Map<string, unknown>();
  const id = fields.get('conversationId');
  const draft = fields.get('draft');
  const anchor = fields.get('anchor');
  return {
    conversationId: typeof id === 'string' ? id : undefined,
    draft: typeof draft === 'string' ? draft : '',
    anchor: isAnchor(anchor) ? anchor : undefined,
  };
}

const isAnchor = (value: unknown): value is NonNullable<PanelState['anchor']> =>
  typeof value === 'object' &&
  value !== null &&
  'turn' in value &&
  'offset' in value &&
  typeof value.turn === 'number' &&
  typeof value.offset === 'number';

function start(): void {
  const host = acquireVsCodeApi();
  const kept = readState(host.getState());
  let panel: Panel | undefined;
  window.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (!isToPanel(data)) return;
    if (panel) panel.receive(data);
    else if (data.type === 'init') panel = new Panel(host, data, kept);
  });
  host.postMessage({ type: 'ready', conversationId: kept.conversationId });
}

start();
