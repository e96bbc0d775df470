// As much of VS Code's API as the units under test touch. What a test wants to see
// is in `seen`; what it wants to be there, it puts into `window` and the like.

export class Disposable {
  constructor(private readonly end: () => void) {}
  static from(...all: { dispose(): void }[]): Disposable {
    return new Disposable(() => {
      for (const one of all) one.dispose();
    });
  }
  dispose(): void {
    this.end();
  }
}

export class EventEmitter<T> {
  private readonly listeners = new Set<(value: T) => void>();
  readonly event = (listener: (value: T) => void): Disposable => {
    this.listeners.add(listener);
    return new Disposable(() => this.listeners.delete(listener));
  };
  fire(value: T): void {
    for (const listener of this.listeners) listener(value);
  }
  dispose(): void {
    this.listeners.clear();
  }
}

export class CancellationError extends Error {}

export class Uri {
  private constructor(
    readonly scheme: string,
    readonly path: string,
  ) {}
  static parse(text: string): Uri {
    const [, scheme = '', path = ''] = /^(\w+):\/\/(.*)$/.exec(text) ?? [];
    return new Uri(scheme, path);
  }
  static joinPath(base: Uri, ...parts: string[]): Uri {
    return new Uri(base.scheme, [base.path, ...parts].join('/'));
  }
  toString(): string {
    return `${this.scheme}://${this.path}`;
  }
}

export class Position {
  constructor(
    readonly line: number,
    readonly character: number,
  ) {}
}

export class Range {
  readonly start: Position;
  readonly end: Position;
  constructor(line: number, character: number, endLine: number, endCharacter: number) {
    this.start = new Position(line, character);
    this.end = new Position(endLine, endCharacter);
  }
  get isEmpty(): boolean {
    return this.start.line === this.end.line && this.start.character === this.end.character;
  }
}

export class Location {
  constructor(
    readonly uri: Uri,
    readonly range: Range,
  ) {}
}

export class MarkdownString {
  constructor(public value = '') {}
  appendText(text: string): this {
    this.value += text.replace(/[\\`*_{}[\]()#+\-!~<>|]/g, '\\$&');
    return this;
  }
}

export class ChatResponseMarkdownPart {
  constructor(readonly value: MarkdownString) {}
}

export const ChatResultFeedbackKind = { Unhelpful: 0, Helpful: 1 };
export const LanguageModelChatMessageRole = { User: 1, Assistant: 2 };
export const DiagnosticSeverity = { 0: 'Error', 1: 'Warning' };

export class LanguageModelTextPart {
  constructor(readonly value: string) {}
}

export class LanguageModelToolResultPart {
  constructor(
    readonly callId: string,
    readonly content: unknown[],
  ) {}
}

export const LanguageModelChatToolMode = { Auto: 1, Required: 2 };

export class LanguageModelError extends Error {
  code = '';
  static Blocked(message: string): LanguageModelError {
    return Object.assign(new LanguageModelError(message), { code: 'Blocked' });
  }
  static NotFound(message: string): LanguageModelError {
    return Object.assign(new LanguageModelError(message), { code: 'NotFound' });
  }
}

export const l10n = {
  t: (text: string, ...values: unknown[]) =>
    text.replace(/\{(\d)\}/g, (_, at: string) => String(values[Number(at)])),
};

const never = () => new Disposable(() => undefined);

export class CancellationTokenSource {
  token = { isCancellationRequested: false, onCancellationRequested: never };
  cancel(): void {
    this.token.isCancellationRequested = true;
  }
  dispose(): void {
    this.token.onCancellationRequested = never;
  }
}

export const window = {
  activeTextEditor: undefined as unknown,
  onDidChangeActiveTextEditor: never,
  onDidChangeTextEditorSelection: never,
};
export const workspace = {
  asRelativePath: (uri: Uri) => uri.path.slice(1),
  onDidChangeConfiguration: never,
};
export const languages = { getDiagnostics: () => [] };
export const env = { language: 'en' };

/** What was done by name; a command that throws is put into `refused`. */
export const commands = {
  executed: [] as unknown[][],
  refused: undefined as ((name: string, given: unknown) => void) | undefined,
  registered: new Map<string, (...given: unknown[]) => unknown>(),
  registerCommand: (name: string, run: (...given: unknown[]) => unknown) => {
    commands.registered.set(name, run);
    return new Disposable(() => commands.registered.delete(name));
  },
  executeCommand: async (name: string, ...given: unknown[]) => {
    await Promise.resolve();
    commands.refused?.(name, given[0]);
    commands.executed.push([name, ...given]);
  },
};

/** What was registered, by its name. */
export const seen = { participants: new Map<string, Participant>(), providers: new Map<string, unknown>() };

export interface Participant {
  handler: (...given: unknown[]) => Promise<unknown>;
  followupProvider?: { provideFollowups: (result: unknown) => { command?: string }[] };
  feedback: EventEmitter<unknown>;
  onDidReceiveFeedback: EventEmitter<unknown>['event'];
  dispose: () => void;
}

export const chat: { createChatParticipant?: unknown } = {
  createChatParticipant: (id: string, handler: Participant['handler']) => {
    const feedback = new EventEmitter<unknown>();
    const made = { handler, feedback, onDidReceiveFeedback: feedback.event, dispose: () => undefined };
    seen.participants.set(id, made);
    return made;
  },
};

export const lm: { registerLanguageModelChatProvider?: unknown } = {
  registerLanguageModelChatProvider: (vendor: string, provider: unknown) => {
    seen.providers.set(vendor, provider);
    return new Disposable(() => seen.providers.delete(vendor));
  },
};
