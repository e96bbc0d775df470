// The pieces of context for the next question. The selection comes and goes by
// itself; everything else was added by a person and stays until it is sent or
// removed.

import * as vscode from 'vscode';
import type { ContextItem, ContextUse } from './lsp-ext';
import type { Chip, Place } from './panel-messages';

export interface Piece {
  readonly chip: Chip;
  readonly item: ContextItem;
  /** The selected text as it was, by which its place is found again. */
  readonly snapshot?: string;
}

export class ChipTray implements vscode.Disposable {
  private added: Piece[] = [];
  private selection: Piece | undefined;
  /** The selection that a person took away; it comes back once it changes. */
  private refused = '';
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly watching: vscode.Disposable;

  readonly onChange = this.changed.event;

  constructor() {
    this.watching = vscode.Disposable.from(
      vscode.window.onDidChangeTextEditorSelection((event) => {
        this.follow(event.textEditor);
      }),
      vscode.window.onDidChangeActiveTextEditor((editor) => {
        this.follow(editor);
      }),
    );
    this.follow(vscode.window.activeTextEditor);
  }

  pieces(): Piece[] {
    const id = this.selection?.chip.id;
    const twice = this.added.some((piece) => piece.chip.id === id);
    return this.selection === undefined || twice ? [...this.added] : [this.selection, ...this.added];
  }

  add(piece: Piece): void {
    if (this.added.some((other) => other.chip.id === piece.chip.id)) return;
    this.added = [...this.added, piece];
    this.changed.fire();
  }

  remove(id: string): void {
    this.added = this.added.filter((piece) => piece.chip.id !== id);
    if (this.selection?.chip.id === id) {
      this.refused = id;
      this.selection = undefined;
    }
    this.changed.fire();
  }

  /** Takes away what was sent. */
  clear(): void {
    if (this.added.length === 0) return;
    this.added = [];
    this.changed.fire();
  }

  dispose(): void {
    this.watching.dispose();
    this.changed.dispose();
  }

  private follow(editor: vscode.TextEditor | undefined): void {
    // A panel or an output that takes the focus is no editor: what was selected stays.
    if (editor === undefined || !isCode(editor.document)) return;
    const next = editor.selection.isEmpty ? undefined : selectionPiece(editor.document, editor.selection);
    if (next?.chip.id === this.selection?.chip.id) return;
    this.selection = next?.chip.id === this.refused ? undefined : next;
    this.changed.fire();
  }
}

function isCode(document: vscode.TextDocument): boolean {
  return document.uri.scheme === 'file' || document.uri.scheme === 'untitled';
}

export function selectionPiece(document: vscode.TextDocument, range: vscode.Range): Piece {
  const place = placeOf(document.uri, range);
  const lines = `${place.firstLine + 1}–${place.lastLine + 1}`;
  const path = vscode.workspace.asRelativePath(document.uri);
  return {
    chip: {
      id: `selection:${document.uri.toString()}:${key(range)}`,
      kind: 'selection',
      label: `${baseName(document.uri)}:${lines}`,
      title: vscode.l10n.t('{0}, lines {1}', path, lines),
      reveal: place,
    },
    item: { kind: 'selection', uri: document.uri.toString(), range: plainRange(range) },
    snapshot: document.getText(range),
  };
}

export function filePiece(uri: vscode.Uri): Piece {
  return {
    chip: {
      id: `file:${uri.toString()}`,
      kind: 'file',
      label: baseName(uri),
      title: vscode.workspace.asRelativePath(uri),
      reveal: { uri: uri.toString(), firstLine: 0, lastLine: 0 },
    },
    item: { kind: 'file', uri: uri.toString() },
  };
}

export function diagnosticsPiece(uri: vscode.Uri): Piece {
  return {
    chip: {
      id: `diagnostics:${uri.toString()}`,
      kind: 'diagnostics',
      label: vscode.l10n.t('problems in {0}', baseName(uri)),
      title: vscode.workspace.asRelativePath(uri),
    },
    item: { kind: 'diagnostics', uri: uri.toString() },
  };
}

export function gitPiece(): Piece {
  return {
    chip: {
      id: 'git:',
      kind: 'git',
      label: vscode.l10n.t('uncommitted changes'),
      title: vscode.l10n.t('What git diff shows'),
    },
    item: { kind: 'git' },
  };
}

/** What a stored question was asked with, so that it can be asked again. */
export function pieceOf(use: ContextUse): Piece | undefined {
  if (use.uri === undefined) {
    if (use.query === undefined && use.kind !== 'git') return undefined;
    const query = use.query ?? '';
    const chip: Chip = { id: `${use.kind}:${query}`, kind: use.kind, label: query || use.kind, title: query };
    return { chip, item: query === '' ? { kind: use.kind } : { kind: use.kind, query } };
  }
  const uri = vscode.Uri.parse(use.uri);
  if (use.firstLine === undefined) return use.kind === 'diagnostics' ? diagnosticsPiece(uri) : filePiece(uri);
  const first = use.firstLine - 1;
  const range = new vscode.Range(first, 0, use.lastLine ?? first + 1, 0);
  const label = `${baseName(uri)}:${use.firstLine}–${use.lastLine ?? use.firstLine}`;
  return {
    chip: {
      id: `${use.kind}:${use.uri}:${key(range)}`,
      kind: use.kind,
      label,
      title: label,
      reveal: { uri: use.uri, firstLine: first, lastLine: (use.lastLine ?? use.firstLine) - 1 },
    },
    item: { kind: use.kind, uri: use.uri, range: plainRange(range) },
  };
}

export function plainRange({ start, end }: vscode.Range) {
  return {
    start: { line: start.line, character: start.character },
    end: { line: end.line, character: end.character },
  };
}

function placeOf(uri: vscode.Uri, range: vscode.Range): Place {
  // A selection that ends before a line's first character does not hold that line.
  const last = range.end.character === 0 && range.end.line > range.start.line ? 1 : 0;
  return { uri: uri.toString(), firstLine: range.start.line, lastLine: range.end.line - last };
}

function key({ start, end }: vscode.Range): string {
  return `${start.line}.${start.character}-${end.line}.${end.character}`;
}

function baseName(uri: vscode.Uri): string {
  return uri.path.slice(uri.path.lastIndexOf('/') + 1);
}
