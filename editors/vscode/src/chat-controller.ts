// What stands behind one chat panel: it asks what the panel asks for, and tells
// it what comes. It lives as long as its page and holds no more than the page
// shows; everything that lasts is the server's.

import * as vscode from 'vscode';
import { Asking, labels } from './asking';
import { ChipTray, filePiece, type Piece } from './chip-tray';
import { BlockActions } from './block-actions';
import { addContext, exactText, questionContext } from './chat-context';
import { ConversationActions } from './conversation-actions';
import { failureOf, wasRefused } from './failure';
import type { Action, CacheEntryResult, CacheUse, ChatParams, Mode, RouteDecision } from './lsp-ext';
import { isOutline } from './outline';
import { followFailure, openLink, reveal } from './panel-errands';
import type { ModelChoice, PanelStatus, ToHost, ToPanel } from './panel-messages';
import { panelStrings } from './panel-strings';
import { NoServer, type Session } from './session';
import { Transcript, type Turn } from './transcript';

type Handlers = { readonly [T in ToHost['type']]: (message: Extract<ToHost, { type: T }>) => unknown };

export interface Question {
  readonly text: string;
  readonly action?: Action | undefined;
  readonly pieces: readonly Piece[];
  readonly cache?: CacheUse | undefined;
  /** The question whose answer this one's replaces, undefined for a new one. */
  readonly questionId?: string | undefined;
}

/** Which conversation a panel shows, over reloads of the window. */
export interface Memory {
  get(): string | undefined;
  set(conversationId: string | undefined): void;
}

/** How long chips and settings have to rest before what follows from them is asked for; in milliseconds. */
const rest = 300;

/** How often it is looked for a model server where none answers; in milliseconds. */
const patience = 5000;

export class ChatController implements vscode.Disposable {
  private readonly tray = new ChipTray();
  private readonly transcript = new Transcript((id) => {
    this.memory.set(id);
  });
  private readonly askings = new Map<number, Asking>();
  private readonly conversations: ConversationActions;
  private readonly blocks: BlockActions;
  private readonly subscriptions: vscode.Disposable;
  private requests = 0;
  private mode: Mode = 'auto';
  private model = '';
  private models: readonly ModelChoice[] | undefined;
  /** Whether a model server answers; before the server has told, nothing is said to be missing. */
  private hasModel = true;
  private markTimer: NodeJS.Timeout | undefined;
  private modelsTimer: NodeJS.Timeout | undefined;
  private ready = false;
  private visible = true;
  /** Whether the page was loaded anew while an answer came, and lacks what was said before. */
  private behind = false;
  /** The status that the panel was told last, as JSON. */
  private told = '';
  private readonly waiting: ToPanel[] = [];

  constructor(
    private readonly session: Session,
    private readonly send: (message: ToPanel) => void,
    private readonly memory: Memory,
  ) {
    const post = (message: ToPanel) => {
      this.post(message);
    };
    this.conversations = new ConversationActions(session, this.transcript, post);
    this.blocks = new BlockActions(session, this.transcript, post);
    this.subscriptions = vscode.Disposable.from(
      this.tray,
      this.tray.onChange(() => {
        this.chipsChanged();
      }),
      session.onState((state) => {
        this.postStatus();
        if (state === 'running') void this.loadModels();
      }),
      session.onStatus(({ model }) => {
        this.postStatus();
        // Another model than those that were there has begun to answer.
        const known = model === undefined || this.models?.some(({ id }) => id === model);
        if (known === false) this.loadModelsSoon();
      }),
      vscode.window.onDidChangeActiveTextEditor(() => {
        this.chipsChanged();
      }),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('rigrun')) this.loadModelsSoon();
      }),
    );
  }

  dispose(): void {
    clearTimeout(this.markTimer);
    clearTimeout(this.modelsTimer);
    for (const asking of this.askings.values()) asking.stop();
    this.subscriptions.dispose();
  }

  /** Does what a message of the panel asks for; a failure is told in the panel. */
  async handle(message: ToHost): Promise<void> {
    try {
      const handler = this.handlers[message.type] as (message: ToHost) => unknown;
      await handler(message);
    } catch (error) {
      if (error instanceof NoServer) return;
      this.session.log.error(`The panel's ${message.type} failed: ${String(error)}`);
      this.post({ type: 'notice', text: failureOf(error, labels()).message });
    }
  }

  /** The page has come into sight, or is out of it. */
  see(visible: boolean): void {
    this.visible = visible;
    if (visible && !this.hasModel) this.loadModelsSoon();
  }

  addToNext(piece: Piece): void {
    this.tray.add(piece);
  }

  newConversation(): void {
    this.transcript.clear();
    this.post({ type: 'conversation', conversation: null });
    this.post({ type: 'draft', text: '', focus: true });
  }

  showConversations(): Promise<void> {
    return this.conversations.show();
  }

  /** Asks as if a person had typed it. */
  async ask(question: Question): Promise<void> {
    this.requests += 1;
    const request = this.requests;
    const questionId = question.questionId ?? `question-${request}`;
    const turn: Turn = { questionId, text: question.text, action: question.action, pieces: question.pieces };
    this.transcript.add(turn);
    const chips = question.pieces.map((piece) => piece.chip);
    const createdAt = new Date().toISOString();
    const shown = question.text || (question.action ?? '');
    const asking = new Asking(request, this.session, (message) => {
      this.post(message);
    });
    this.askings.set(request, asking);
    // The server is asked first; nothing it says is told before the panel knows of the question.
    const answer = asking.run(this.params(question));
    this.post({ type: 'asked', request, question: { messageId: questionId, text: shown, chips, createdAt } });
    const ending = await answer;
    this.askings.delete(request);
    // A person may have turned to another conversation meanwhile.
    if (!this.transcript.has(turn)) return;
    if (ending.state === 'done') turn.answerId = ending.result.messageId;
    const { conversationId } = ending.state === 'done' ? ending.result : ending;
    if (conversationId !== undefined) this.transcript.name(conversationId);
    this.markSoon();
    if (this.behind) await this.showAgain();
    else if (ending.state !== 'done') await this.nameKept(turn, request);
  }

  private readonly handlers: Handlers = {
    ready: ({ conversationId }) => this.begin(conversationId),
    send: ({ text }) => {
      const asked = this.ask({ text, pieces: this.tray.pieces() });
      this.tray.clear();
      return asked;
    },
    stop: ({ request }) => this.askings.get(request)?.stop(),
    retry: ({ messageId, refresh }) => this.again(messageId, refresh ? 'refresh' : 'use'),
    resend: ({ messageId, text }) => this.resend(messageId, text),
    branch: ({ messageId }) => this.conversations.branch(messageId),
    newConversation: () => {
      this.newConversation();
    },
    openConversation: ({ conversationId }) => this.conversations.open(conversationId),
    listConversations: ({ query }) => this.conversations.list(query),
    renameConversation: ({ conversationId, title }) => this.conversations.rename(conversationId, title),
    deleteConversation: ({ conversationId }) => this.conversations.remove(conversationId),
    exportConversation: ({ conversationId, format }) => this.conversations.exportAs(conversationId, format),
    addContext: () => addContext(this.tray),
    removeChip: ({ id }) => {
      this.tray.remove(id);
    },
    dropFiles: ({ uris }) => {
      this.drop(uris);
    },
    complete: ({ ask, text, offset }) => this.complete(ask, text, offset),
    preview: ({ text }) => exactText(this.session, this.params({ text, pieces: this.tray.pieces() })),
    pickMode: ({ mode }) => {
      this.mode = mode;
      this.markSoon();
    },
    pickModel: ({ model }) => {
      this.model = model;
    },
    copy: ({ text }) => vscode.env.clipboard.writeText(text),
    insert: ({ code }) => this.blocks.insert(code),
    apply: ({ block }) => this.blocks.apply(block),
    undoApply: ({ block }) => this.blocks.undo(block),
    newFile: ({ code, language }) => this.blocks.newFile(code, language),
    reveal: ({ place }) => reveal(place),
    openLink: ({ href }) => openLink(href),
    showMatch: ({ entryId }) => this.showMatch(entryId),
    rate: ({ messageId, rating }) => this.session.request('rigrun/feedback', { messageId, rating }),
    failureAction: ({ command, messageId }) =>
      command === 'retry' ? this.again(messageId, 'use') : followFailure(command),
    install: () => followFailure('install'),
    tryOutline: () => this.ask({ text: '', action: 'explain', pieces: this.tray.pieces() }),
    leave: () => vscode.commands.executeCommand('workbench.action.focusActiveEditorGroup'),
  };

  private async begin(conversationId: string | undefined): Promise<void> {
    const again = this.ready;
    this.ready = true;
    const { mode, model, models = [] } = this;
    const status = this.status();
    this.told = JSON.stringify(status);
    this.send({
      type: 'init',
      strings: panelStrings(),
      locale: vscode.env.language,
      models,
      mode,
      model,
      status,
      marking: { level: 'UNCLASSIFIED' },
      examples: examples(),
    });
    this.post({ type: 'chips', chips: this.tray.pieces().map((piece) => piece.chip) });
    for (const message of this.waiting.splice(0)) this.send(message);
    if (again) await this.showAgain();
    else await this.reopen(conversationId ?? this.memory.get());
    await this.session.connect();
    await this.loadModels();
    this.markSoon();
  }

  /** Shows the conversation of before a reload, unless something newer was asked meanwhile. */
  private async reopen(conversationId: string | undefined): Promise<void> {
    if (conversationId === undefined || this.transcript.last() !== undefined) return;
    try {
      await this.conversations.open(conversationId);
    } catch (error) {
      if (error instanceof NoServer) throw error;
      this.session.log.info(`The last conversation is no longer there: ${String(error)}`);
      this.memory.set(undefined);
    }
  }

  /** A page is loaded anew as its tab moves to another window: it shows what it had shown, once that has ended. */
  private async showAgain(): Promise<void> {
    this.behind = this.askings.size > 0;
    const { conversationId } = this.transcript;
    if (!this.behind && conversationId !== undefined) await this.conversations.open(conversationId);
  }

  /** What had come of an answer that did not end is kept by the server, which alone has a name for it. */
  private async nameKept(turn: Turn, request: number): Promise<void> {
    const { conversationId } = this.transcript;
    if (conversationId === undefined) return;
    const { messages } = await this.session.request('rigrun/conversations/get', { conversationId });
    const messageId = messages.findLast(({ interrupted }) => interrupted === true)?.messageId;
    if (messageId === undefined || this.transcript.turnOf(messageId) !== undefined) return;
    turn.answerId = messageId;
    this.post({ type: 'kept', request, messageId });
  }

  // What is said before the page is there waits for it.
  private post(message: ToPanel): void {
    if (this.ready) this.send(message);
    else this.waiting.push(message);
  }

  private params({ text, action, pieces, cache }: Question): ChatParams {
    const params: ChatParams = { message: text, context: questionContext(pieces), mode: this.mode };
    if (action !== undefined) params.action = action;
    if (cache !== undefined) params.cache = cache;
    if (this.model !== '') params.model = this.model;
    if (this.transcript.conversationId !== undefined) params.conversationId = this.transcript.conversationId;
    return params;
  }

  private async again(messageId: string | undefined, cache: CacheUse): Promise<void> {
    const turn = messageId === undefined ? this.transcript.last() : this.transcript.turnOf(messageId);
    if (turn === undefined) return;
    // What followed an earlier question stays in its conversation.
    if (turn !== this.transcript.last()) await this.goBackBefore(turn);
    this.transcript.remove(turn);
    await this.ask({ ...turn, cache });
  }

  private async resend(messageId: string, text: string): Promise<void> {
    const turn = this.transcript.turnOf(messageId);
    if (turn === undefined) return;
    await this.goBackBefore(turn);
    await this.ask({ text, action: turn.action, pieces: turn.pieces });
  }

  private async goBackBefore(turn: Turn): Promise<void> {
    const before = this.transcript.answerBefore(turn);
    if (before === undefined) this.newConversation();
    else await this.conversations.branch(before);
  }

  private drop(uris: readonly string[]): void {
    for (const uri of uris) this.tray.add(filePiece(vscode.Uri.parse(uri)));
  }

  private async complete(ask: number, text: string, offset: number): Promise<void> {
    const { items } = await this.session.request('rigrun/context/complete', { text, offset });
    this.post({ type: 'completions', ask, items });
  }

  private async showMatch(entryId: string): Promise<void> {
    let match: CacheEntryResult | null = null;
    try {
      match = await this.session.request('rigrun/cache/entry', { entryId });
    } catch (error) {
      if (!wasRefused(error, 'entryId')) throw error;
    }
    this.post({ type: 'match', entryId, match });
  }

  // The server reads its new settings first.
  private loadModelsSoon(after = rest): void {
    clearTimeout(this.modelsTimer);
    this.modelsTimer = setTimeout(() => {
      if (this.session.state !== 'running') return;
      this.loadModels().catch((error: unknown) => {
        this.session.log.debug(`The models are not known: ${String(error)}`);
      });
    }, after);
  }

  private async loadModels(): Promise<void> {
    const { models } = await this.session.request('rigrun/models', {});
    this.hasModel = models.some((model) => !isOutline(model));
    this.models = models.map(({ id, tier, default: isDefault }) => ({ id, label: id, tier, isDefault }));
    this.post({ type: 'models', models: this.models });
    this.postStatus();
    // A model server that is started meanwhile, or was slow to answer, is found, as long as someone looks.
    if (!this.hasModel && this.visible) this.loadModelsSoon(patience);
  }

  private status(): PanelStatus {
    return {
      server: this.session.state,
      hasModel: this.hasModel,
      offline: this.session.status?.state === 'offline',
      costTodayCents: this.session.status?.costTodayCents ?? 0,
    };
  }

  // The server tells much that the panel does not show; a page that is not there yet is told as it begins.
  private postStatus(): void {
    if (!this.ready) return;
    const status = this.status();
    const told = JSON.stringify(status);
    if (told === this.told) return;
    this.told = told;
    this.post({ type: 'status', status });
  }

  private chipsChanged(): void {
    this.post({ type: 'chips', chips: this.tray.pieces().map((piece) => piece.chip) });
    this.post({ type: 'examples', examples: examples() });
    this.markSoon();
  }

  private markSoon(): void {
    clearTimeout(this.markTimer);
    this.markTimer = setTimeout(() => {
      void this.mark();
    }, rest);
  }

  /** Asks where a question with these chips would go: the route knows its level. */
  private async mark(): Promise<void> {
    if (this.session.state !== 'running') return;
    const params = this.params({ text: '?', pieces: this.tray.pieces() });
    try {
      this.postMarking(await this.session.request('rigrun/route', params));
    } catch (error) {
      this.session.log.debug(`The marking is not known: ${String(error)}`);
    }
  }

  private postMarking(route: RouteDecision): void {
    const marked = route.classification !== 'UNCLASSIFIED';
    const blocksCloud = marked
      ? vscode.l10n.t('What is marked {0} stays on this machine.', route.classification)
      : undefined;
    this.post({ type: 'marking', marking: { level: route.classification, blocksCloud } });
  }
}

function examples(): string[] {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) return [];
  const name = vscode.workspace.asRelativePath(editor.document.uri);
  const file = /[\s"\\]/.test(name) ? `@file:${JSON.stringify(name)}` : `@file:${name}`;
  return [
    vscode.l10n.t('What does {0} do?', file),
    vscode.l10n.t('Which errors does {0} not handle?', file),
    vscode.l10n.t('Which tests does {0} lack?', file),
  ];
}
