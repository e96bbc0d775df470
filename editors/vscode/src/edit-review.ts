// Changes of one document, shown in the editor's own diff and taken or left one
// by one. The left side is the document itself; the right side is what it would
// become. A document that somebody else changes meanwhile ends the review.

import * as vscode from 'vscode';
import {
  countOf,
  decided,
  hunksOf,
  nearest,
  proposed,
  proposedOffset,
  type Decision,
  type Hunk,
} from './hunks';
import type { TextEdit } from './lsp-ext';
import { codeColumn } from './panel-errands';

const scheme = 'rigrun-proposal';

export type ReviewEnd =
  | { readonly state: 'decided'; readonly accepted: number; readonly of: number; readonly before: string }
  | { readonly state: 'changed' };

/** The one review that is open, undefined where none is. */
let current: Review | undefined;
const changed = new vscode.EventEmitter<vscode.Uri>();
/** What can be taken has changed, with or without the text. */
const offered = new vscode.EventEmitter<void>();
let reviews = 0;

export function activateEditReview(context: vscode.ExtensionContext): void {
  const decide = (decision: Decision) => (at?: unknown) => current?.decide(decision, current.hunkAt(at));
  const decideAll = (decision: Decision) => () => current?.decide(decision, 'all');
  context.subscriptions.push(
    changed,
    offered,
    vscode.workspace.registerTextDocumentContentProvider(scheme, {
      onDidChange: changed.event,
      provideTextDocumentContent: (uri) => (current?.isAbout(uri) ? current.text() : ''),
    }),
    vscode.languages.registerCodeLensProvider(
      { scheme },
      { onDidChangeCodeLenses: offered.event, provideCodeLenses: (document) => lenses(document) },
    ),
    vscode.commands.registerCommand('rigrun.review.accept', decide('accepted')),
    vscode.commands.registerCommand('rigrun.review.reject', decide('rejected')),
    vscode.commands.registerCommand('rigrun.review.acceptAll', decideAll('accepted')),
    vscode.commands.registerCommand('rigrun.review.rejectAll', decideAll('rejected')),
    vscode.workspace.onDidChangeTextDocument((event) => current?.documentChanged(event.document)),
    vscode.window.tabGroups.onDidChangeTabs((event) => current?.tabsClosed(event.closed)),
    vscode.window.onDidChangeVisibleTextEditors(() => current?.decorate()),
    { dispose: () => current?.end() },
  );
}

/** Shows the edits and resolves once each is decided, or the document changed. */
export async function review(
  document: vscode.TextDocument,
  edits: readonly TextEdit[],
  title: string,
): Promise<ReviewEnd> {
  const next = openReview(document);
  next.settle(edits);
  void next.show(title);
  return next.result();
}

/** A review whose edits are still to come: show it, let it grow, then settle what they are. */
export function openReview(document: vscode.TextDocument): Review {
  current?.end();
  current = new Review(document);
  return current;
}

export class Review {
  private readonly original: string;
  private hunks: Hunk[] = [];
  /** What the right side shows until the edits are known. */
  private draft: string | undefined;
  private readonly uri: vscode.Uri;
  private readonly hint: vscode.TextEditorDecorationType;
  /** What a person who points at a change can click. */
  private readonly links = vscode.window.createTextEditorDecorationType({});
  private finish: (end: ReviewEnd) => void = () => undefined;
  private writing = false;
  readonly ended: Promise<ReviewEnd>;

  constructor(private readonly document: vscode.TextDocument) {
    this.original = document.getText();
    this.draft = this.original;
    reviews += 1;
    this.uri = vscode.Uri.from({ scheme, path: document.uri.path, query: String(reviews) });
    this.hint = vscode.window.createTextEditorDecorationType({
      after: { color: new vscode.ThemeColor('editorCodeLens.foreground'), margin: '0 0 0 3em' },
    });
    this.ended = new Promise((resolve) => {
      this.finish = resolve;
    });
  }

  /** Shows another draft on the right side. */
  grow(draft: string): void {
    if (this.draft === undefined || this.draft === draft) return;
    this.draft = draft;
    changed.fire(this.uri);
  }

  /** The edits are known: they can be taken and left from now on. */
  settle(edits: readonly TextEdit[]): void {
    this.hunks = hunksOf(
      edits.map(({ range, newText }) => ({
        start: this.document.offsetAt(position(range.start)),
        end: this.document.offsetAt(position(range.end)),
        text: newText,
      })),
    );
    this.draft = undefined;
    changed.fire(this.uri);
    this.decorate();
  }

  /** How it ended, once it has and its diff is closed. */
  async result(): Promise<ReviewEnd> {
    try {
      return await this.ended;
    } finally {
      if (current === this) current = undefined;
      await this.close();
    }
  }

  async show(title: string, at?: vscode.Position): Promise<void> {
    await vscode.commands.executeCommand('setContext', 'rigrun.reviewing', true);
    const options: vscode.TextDocumentShowOptions = { preview: true, viewColumn: codeColumn() };
    const first = this.hunks[0];
    const start = at ?? (first === undefined ? undefined : this.document.positionAt(first.start));
    if (start !== undefined) options.selection = new vscode.Range(start, start);
    await vscode.commands.executeCommand('vscode.diff', this.document.uri, this.uri, title, options);
    this.decorate();
  }

  isAbout(uri: vscode.Uri): boolean {
    return uri.toString() === this.uri.toString();
  }

  text(): string {
    return this.draft ?? proposed(this.original, this.hunks);
  }

  /** The hunks that are still to be decided, with their first and last line on the right side. */
  pending(): { hunk: Hunk; line: number; last: number }[] {
    const editor = this.editor();
    if (editor === undefined) return [];
    return this.hunks
      .filter((hunk) => hunk.decision === 'pending')
      .map((hunk) => {
        const offset = proposedOffset(this.hunks, hunk);
        const end = offset + hunk.text.trimEnd().length;
        const line = editor.document.positionAt(offset).line;
        return { hunk, line, last: editor.document.positionAt(end).line };
      });
  }

  /** Says at each open change how it is taken or left. */
  decorate(): void {
    offered.fire();
    const contentText = vscode.l10n.t('Alt+Y take · Alt+N leave');
    const pending = this.pending();
    const editor = this.editor();
    editor?.setDecorations(
      this.hint,
      pending.map(({ line }) => ({
        range: new vscode.Range(line, Number.MAX_SAFE_INTEGER, line, Number.MAX_SAFE_INTEGER),
        renderOptions: { after: { contentText } },
      })),
    );
    editor?.setDecorations(
      this.links,
      pending.map(({ hunk, line, last }) => ({
        range: new vscode.Range(line, 0, last, Number.MAX_SAFE_INTEGER),
        hoverMessage: choices(this.hunks.indexOf(hunk)),
      })),
    );
  }

  /**
   * The hunk that a command is about: the one a link names by its number, the one a menu of the line
   * numbers was opened at, else the one nearest to the cursor.
   */
  hunkAt(at: unknown): Hunk | undefined {
    if (typeof at === 'number') return this.hunks[at];
    const editor = this.editor();
    if (editor === undefined) return undefined;
    const line = lineOf(at);
    const place = line === undefined ? editor.selection.active : new vscode.Position(line - 1, 0);
    return nearest(this.hunks, editor.document.offsetAt(place));
  }

  async decide(decision: Decision, which: Hunk | 'all' | undefined): Promise<void> {
    if (this.writing) return;
    if (this.draft !== undefined) {
      if (decision === 'rejected') this.end();
      return;
    }
    for (const hunk of this.hunks) {
      if (hunk.decision === 'pending' && (which === 'all' || which === hunk)) hunk.decision = decision;
    }
    if (decision === 'accepted' && !(await this.write())) {
      this.finish({ state: 'changed' });
      return;
    }
    changed.fire(this.uri);
    this.decorate();
    if (countOf(this.hunks, 'pending') === 0) this.end();
  }

  documentChanged(document: vscode.TextDocument): void {
    if (this.writing || document.uri.toString() !== this.document.uri.toString()) return;
    if (document.getText() !== decided(this.original, this.hunks)) this.finish({ state: 'changed' });
  }

  tabsClosed(tabs: readonly vscode.Tab[]): void {
    if (tabs.some((tab) => this.isMine(tab))) this.end();
  }

  /** Ends with what was decided; the rest is left. */
  end(): void {
    const accepted = countOf(this.hunks, 'accepted');
    this.finish({ state: 'decided', accepted, of: this.hunks.length, before: this.original });
  }

  private async close(): Promise<void> {
    this.hint.dispose();
    this.links.dispose();
    await vscode.commands.executeCommand('setContext', 'rigrun.reviewing', current !== undefined);
    const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs.filter((tab) => this.isMine(tab)));
    await vscode.window.tabGroups.close(tabs);
  }

  private async write(): Promise<boolean> {
    this.writing = true;
    try {
      return await replaceText(this.document, decided(this.original, this.hunks));
    } finally {
      this.writing = false;
    }
  }

  private isMine(tab: vscode.Tab): boolean {
    return tab.input instanceof vscode.TabInputTextDiff && this.isAbout(tab.input.modified);
  }

  private editor(): vscode.TextEditor | undefined {
    return vscode.window.visibleTextEditors.find((editor) => this.isAbout(editor.document.uri));
  }
}

/** Makes a document's text another by the least replacement, so that cursors and marks stay. */
export async function replaceText(document: vscode.TextDocument, text: string): Promise<boolean> {
  const now = document.getText();
  let head = 0;
  while (head < now.length && head < text.length && now[head] === text[head]) head += 1;
  let tail = 0;
  const most = Math.min(now.length, text.length) - head;
  while (tail < most && now[now.length - 1 - tail] === text[text.length - 1 - tail]) tail += 1;
  const edit = new vscode.WorkspaceEdit();
  const range = new vscode.Range(document.positionAt(head), document.positionAt(now.length - tail));
  edit.replace(document.uri, range, text.slice(head, text.length - tail));
  return vscode.workspace.applyEdit(edit);
}

/** The two things to do with a change, as links: VS Code hides lenses in a diff unless told otherwise. */
function choices(index: number): vscode.MarkdownString {
  const enabledCommands = ['rigrun.review.accept', 'rigrun.review.reject'];
  const link = (label: string, command: string) => `[${label}](command:${command}?${index})`;
  const links = [
    link(vscode.l10n.t('Take this change'), 'rigrun.review.accept'),
    link(vscode.l10n.t('Leave this change'), 'rigrun.review.reject'),
  ];
  const text = new vscode.MarkdownString(links.join(' · '));
  text.isTrusted = { enabledCommands };
  return text;
}

/** The line, counted from 1, that a menu of the line numbers was opened at. */
function lineOf(at: unknown): number | undefined {
  if (typeof at !== 'object' || at === null || !('lineNumber' in at)) return undefined;
  return typeof at.lineNumber === 'number' ? at.lineNumber : undefined;
}

function lenses(document: vscode.TextDocument): vscode.CodeLens[] {
  if (!current?.isAbout(document.uri)) return [];
  return current.pending().flatMap(({ line }) => {
    const range = new vscode.Range(line, 0, line, 0);
    return [
      new vscode.CodeLens(range, { title: vscode.l10n.t('Take all'), command: 'rigrun.review.acceptAll' }),
      new vscode.CodeLens(range, { title: vscode.l10n.t('Leave all'), command: 'rigrun.review.rejectAll' }),
    ];
  });
}

function position({ line, character }: { line: number; character: number }): vscode.Position {
  return new vscode.Position(line, character);
}
