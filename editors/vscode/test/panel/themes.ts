// The tokens VS Code gives a view in the themes it comes with, as far as the panel uses them.

export type Theme = 'dark' | 'light' | 'hc-dark' | 'hc-light';

interface Look {
  /** The class VS Code puts on the body. */
  readonly className: string;
  readonly tokens: Readonly<Record<string, string>>;
}

const fonts = {
  'font-family': '"DejaVu Sans", sans-serif',
  'font-size': '13px',
  'editor-font-family': '"DejaVu Sans Mono", monospace',
  'editor-font-size': '12px',
};

const dark: Look = {
  className: 'vscode-dark',
  tokens: {
    ...fonts,
    foreground: '#cccccc',
    descriptionForeground: '#9d9d9d',
    errorForeground: '#f85149',
    'icon-foreground': '#cccccc',
    focusBorder: '#0078d4',
    'sideBar-background': '#181818',
    'editor-background': '#1f1f1f',
    'editor-foreground': '#cccccc',
    'editorCursor-foreground': '#aeafad',
    'editorWarning-foreground': '#cca700',
    'editorWidget-border': '#454545',
    'widget-border': '#313131',
    'widget-shadow': '#0000005c',
    'panel-border': '#2b2b2b',
    'input-background': '#313131',
    'input-foreground': '#cccccc',
    'input-border': '#3c3c3c',
    'input-placeholderForeground': '#989898',
    'inputOption-activeBackground': '#2489db82',
    'inputOption-activeBorder': '#2488db',
    'inputOption-activeForeground': '#ffffff',
    'dropdown-background': '#313131',
    'dropdown-foreground': '#cccccc',
    'button-background': '#0078d4',
    'button-foreground': '#ffffff',
    'button-hoverBackground': '#026ec1',
    'button-secondaryBackground': '#313131',
    'button-secondaryForeground': '#cccccc',
    'button-secondaryHoverBackground': '#3c3c3c',
    'toolbar-hoverBackground': '#5a5d5e50',
    'list-hoverBackground': '#2a2d2e',
    'list-activeSelectionForeground': '#ffffff',
    'list-activeSelectionBackground': '#04395e',
    'editorSuggestWidget-background': '#202020',
    'editorSuggestWidget-border': '#454545',
    'editorSuggestWidget-foreground': '#cccccc',
    'editorSuggestWidget-selectedBackground': '#04395e',
    'editorSuggestWidget-selectedForeground': '#ffffff',
    'textLink-foreground': '#4daafc',
    'textLink-activeForeground': '#4daafc',
    'textPreformat-foreground': '#d0d0d0',
    'textPreformat-background': '#3c3c3c',
    'textBlockQuote-border': '#616161',
    'textSeparator-foreground': '#21262d',
    'chat-requestBorder': '#ffffff1a',
    'charts-purple': '#b180d7',
    'charts-blue': '#59a4f9',
    'charts-red': '#f14c4c',
    'charts-orange': '#d18616',
    'charts-foreground': '#cccccc',
    'debugTokenExpression-boolean': '#4e94ce',
    'debugTokenExpression-string': '#ce9178',
    'debugTokenExpression-number': '#b5cea8',
    'debugTokenExpression-name': '#c586c0',
    'symbolIcon-functionForeground': '#b180d7',
  },
};

const light: Look = {
  className: 'vscode-light',
  tokens: {
    ...dark.tokens,
    foreground: '#3b3b3b',
    descriptionForeground: '#616161',
    errorForeground: '#c72e0f',
    'icon-foreground': '#3b3b3b',
    focusBorder: '#005fb8',
    'sideBar-background': '#f8f8f8',
    'editor-background': '#ffffff',
    'editor-foreground': '#3b3b3b',
    'editorCursor-foreground': '#000000',
    'editorWarning-foreground': '#bf8803',
    'editorWidget-border': '#c8c8c8',
    'widget-border': '#e5e5e5',
    'widget-shadow': '#00000029',
    'panel-border': '#e5e5e5',
    'input-background': '#ffffff',
    'input-foreground': '#3b3b3b',
    'input-border': '#cecece',
    'input-placeholderForeground': '#767676',
    'inputOption-activeBackground': '#bed6ed',
    'inputOption-activeBorder': '#005fb8',
    'inputOption-activeForeground': '#000000',
    'dropdown-background': '#ffffff',
    'dropdown-foreground': '#3b3b3b',
    'button-background': '#005fb8',
    'button-hoverBackground': '#0258a8',
    'button-secondaryBackground': '#e5e5e5',
    'button-secondaryForeground': '#3b3b3b',
    'button-secondaryHoverBackground': '#cccccc',
    'toolbar-hoverBackground': '#b8b8b850',
    'list-hoverBackground': '#f2f2f2',
    'list-activeSelectionForeground': '#000000',
    'list-activeSelectionBackground': '#e8e8e8',
    'editorSuggestWidget-background': '#f8f8f8',
    'editorSuggestWidget-border': '#c8c8c8',
    'editorSuggestWidget-foreground': '#3b3b3b',
    'editorSuggestWidget-selectedBackground': '#e8e8e8',
    'editorSuggestWidget-selectedForeground': '#000000',
    'textLink-foreground': '#005fb8',
    'textLink-activeForeground': '#005fb8',
    'textPreformat-foreground': '#3b3b3b',
    'textPreformat-background': '#0000001f',
    'textBlockQuote-border': '#e5e5e5',
    'textSeparator-foreground': '#21262d',
    'chat-requestBorder': '#0000001a',
    'charts-purple': '#652d90',
    'charts-blue': '#0063d3',
    'charts-red': '#e51400',
    'charts-orange': '#d18616',
    'charts-foreground': '#3b3b3b',
    'debugTokenExpression-boolean': '#0000ff',
    'debugTokenExpression-string': '#a31515',
    'debugTokenExpression-number': '#098658',
    'debugTokenExpression-name': '#9b46b0',
    'symbolIcon-functionForeground': '#652d90',
  },
};

/** A high-contrast theme: `ground` and `ink`, an outline around everything, no hover grounds. */
function highContrast(
  className: string,
  base: Look,
  ground: string,
  ink: string,
  line: string,
  accent: string,
): Look {
  const tokens: Record<string, string> = { ...base.tokens };
  for (const name of Object.keys(tokens)) {
    if (/[bB]ackground$/.test(name)) tokens[name] = ground;
    else if (
      /([fF]oreground|Cursor-foreground)$/.test(name) &&
      !/^(debugToken|symbolIcon|charts|error|editorWarn)/.test(name)
    )
      tokens[name] = ink;
    else if (/[bB]order$/.test(name)) tokens[name] = line;
  }
  return {
    className,
    tokens: {
      ...tokens,
      focusBorder: accent,
      contrastBorder: line,
      contrastActiveBorder: accent,
      'toolbar-hoverBackground': 'transparent',
      'list-hoverBackground': 'transparent',
    },
  };
}

export const themes: Readonly<Record<Theme, Look>> = {
  dark,
  light,
  'hc-dark': highContrast('vscode-high-contrast', dark, '#000000', '#ffffff', '#6fc3df', '#f38518'),
  'hc-light': highContrast(
    'vscode-high-contrast-light vscode-high-contrast',
    light,
    '#ffffff',
    '#292929',
    '#0f4a85',
    '#006bbd',
  ),
};
