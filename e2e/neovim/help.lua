-- Returns the text of doc/rigrun.txt, made of the plugin's own tables: its commands,
-- its settings and its events.
local commands = require('rigrun.commands')
local config = require('rigrun.config')
local events = require('rigrun.message').events

local lines = {}

local function put(text)
  vim.list_extend(lines, vim.split(text, '\n'))
end

--- wrapped breaks a paragraph into lines of 78 columns.
local function wrapped(text, indent)
  local line = ''
  for word in text:gmatch('%S+') do
    if #indent + #line + 1 + #word > 78 then
      put(indent .. line)
      line = word
    else
      line = line == '' and word or line .. ' ' .. word
    end
  end
  put(indent .. line)
end

--- entry is a line with a tag at its right end, and a paragraph below it.
local function entry(head, tag, text)
  tag = '*' .. tag .. '*'
  put('')
  put(head .. (' '):rep(math.max(1, 78 - #head - #tag)) .. tag)
  wrapped(text, '    ')
end

local function section(title, tag)
  put('')
  put(('='):rep(78))
  put(title .. (' '):rep(78 - #title - #tag - 2) .. '*' .. tag .. '*')
end

put('*rigrun.txt*  rigrun: an AI language server in Neovim')
put('')
wrapped(
  'Select code and ask: the answer comes token by token, beside the code or in a chat. Edits are previewed before they are '
    .. 'made. Neovim 0.10 or later and the program rigrun-lsp are needed, nothing else; `:checkhealth rigrun` says what is missing.',
  ''
)
put('')
put('    Commands ........ |rigrun-commands|')
put('    Keys ............ |rigrun-keys|')
put('    Settings ........ |rigrun-configuration|')
put('    The chat ........ |rigrun-chat|')
put('    Edits ........... |rigrun-edits|')
put('    Status line ..... |rigrun-statusline|')
put('    Events .......... |rigrun-events|')

section('COMMANDS', 'rigrun-commands')
put('')
wrapped('`:Rigrun` opens the chat. A range, such as that of a selection, is what the question is about.', '')
for _, c in ipairs(commands.table) do
  entry(':[range]Rigrun ' .. c.name .. (c.args and ' ' .. c.args or ''), ':Rigrun-' .. c.name, c.help)
end

section('KEYS', 'rigrun-keys')
put('')
wrapped(
  "No key is mapped outside of the plugin's own windows. `<Plug>(rigrun-…)` is there for explain, fix, refactor, document, "
    .. 'tests, review, ask, chat and stop, in normal and in visual mode:',
  ''
)
put('>lua')
put("    vim.keymap.set({ 'n', 'x' }, '<leader>re', '<Plug>(rigrun-explain)')")
put("    vim.keymap.set({ 'n', 'x' }, '<leader>rc', '<Plug>(rigrun-chat)')")
put('<')
wrapped("The keys in the plugin's windows are settings: |rigrun-configuration|.", '')

section('SETTINGS', 'rigrun-configuration')
put('')
wrapped('`setup` is optional. What does not fit is named and keeps its default:', '')
put('>lua')
put("    require('rigrun').setup({")
put("      chat = { layout = 'float' },")
put("      keys = { stop = '<C-q>' },")
put('    })')
put('<')
for _, field in ipairs(config.schema) do
  local default = vim.inspect(field.default)
  entry(field.key .. '  (' .. config.expected(field) .. ')', 'rigrun-' .. field.key, field.help .. ' Default: `' .. default .. '`.')
end

section('THE CHAT', 'rigrun-chat')
put('')
wrapped(
  "The upper window holds the conversation, the lower one is typed in. Behind a turn's heading stands where its answer came "
    .. 'from. "@" in the prompt mentions a file, a symbol or what git knows, "/" at its beginning acts; `<C-x><C-u>` completes them '
    .. 'as well. What `:Rigrun add` put beside the next question stands above the prompt. The window follows an answer while the '
    .. 'cursor is on its last line. Conversations are kept by the server: `:Rigrun resume` and `:Rigrun conversations` go on with them '
    .. 'after a restart. While an answer comes, long chats are not highlighted.',
  ''
)

section('EDITS', 'rigrun-edits')
put('')
wrapped(
  'An edit is shown in its buffer: what goes is marked, what comes stands below it. Each part is accepted or rejected; '
    .. 'when all are decided, what was accepted is made as one step to undo. The same edits are in the menu of |vim.lsp.buf.code_action()|.',
  ''
)

section('STATUS LINE', 'rigrun-statusline')
put('>vim')
put("    set statusline+=%{v:lua.require'rigrun'.statusline()}")
put('<')
wrapped('shows the model and its speed while it answers, and nothing before the first use.', '')

section('EVENTS', 'rigrun-events')
put('')
wrapped('Each is a |User| event, with more in `data`:', '')
put('>lua')
put("    vim.api.nvim_create_autocmd('User', {")
put("      pattern = 'RigrunDone',")
put('      callback = function(args)')
put('        vim.print(args.data.error or args.data.result.route)')
put('      end,')
put('    })')
put('<')
for _, event in ipairs(events) do
  entry('Rigrun' .. event.name, 'Rigrun' .. event.name, event.help)
end
put('')
put(' vim:tw=78:ft=help:norl:')
return table.concat(lines, '\n') .. '\n'
