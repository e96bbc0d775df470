--- `:Rigrun`: one table of subcommands gives what runs, its completion and its help.
local message = require('rigrun.message')

local M = {}

---@class (exact) rigrun.Command
---@field name string
---@field args? string how its arguments are called in the help
---@field values? string[] completes the argument
---@field help string
---@field run fun(s: rigrun.Subject, rest: string)

--- shown asks about code and shows the answer in the float.
---@param name string
local function shown(name)
  return function(s, rest)
    if rest == '' and not s.line1 and require('rigrun.float').focus() then
      return
    end
    require('rigrun.edit').offered(name, s, function(actions)
      local action = actions[1]
      local about = action.command.arguments[1]
      local t = require('rigrun.talk').new()
      t.source = s.bufnr
      local item = { kind = 'selection', uri = about.uri, range = about.range }
      local title = action.title:gsub(' with rigrun$', '')
      require('rigrun.float').open(t, title)
      t:ask({
        message = rest,
        action = name,
        context = { item },
        shown = title .. ' (' .. require('rigrun.subject').label(item) .. ')' .. (rest ~= '' and '\n\n' .. rest or ''),
      })
    end)
  end
end

---@param name string
local function edits(name)
  return function(s)
    require('rigrun.edit').make(name, s)
  end
end

---@type rigrun.Command[]
M.table = {
  {
    name = 'explain',
    args = '[question]',
    help = 'Explain the selected lines, or the function around the cursor, in a float beside it. Once more goes into the float.',
    run = shown('explain'),
  },
  { name = 'review', args = '[question]', help = 'Review the same, in a float.', run = shown('review') },
  { name = 'fix', help = "Fix a diagnostic on the cursor's line or the selected lines; the edit is previewed.", run = edits('fix') },
  { name = 'refactor', help = 'Improve the selected lines or the function; the edit is previewed.', run = edits('refactor') },
  { name = 'document', help = 'Write a documentation comment; the edit is previewed.', run = edits('document') },
  { name = 'tests', help = 'Generate tests; where there is no file with tests yet, a new one is made.', run = edits('tests') },
  {
    name = 'ask',
    args = '{question}',
    help = 'Ask in the chat; selected lines go along.',
    run = function(s, rest)
      local chat = require('rigrun.chat')
      if rest == '' then
        if s.line1 then
          return chat.add('selection', s)
        end
        return chat.open()
      end
      local subject = require('rigrun.subject')
      local item = s.line1 and subject.kinds.selection(s) or nil
      local text = item and ('%s\n\n*with %s*'):format(rest, subject.label(item)) or nil
      chat.open().talk:ask({ message = rest, context = item and { item } or nil, shown = text })
    end,
  },
  {
    name = 'chat',
    args = '[new]',
    values = { 'new', 'close' },
    help = 'Open the chat; selected lines go along with the next question. `new` begins a conversation, `close` closes the windows.',
    run = function(s, rest)
      local chat = require('rigrun.chat')
      if rest == 'new' then
        chat.new()
      elseif rest == 'close' then
        chat.close()
      elseif s.line1 then
        chat.add('selection', s)
      else
        chat.open()
      end
    end,
  },
  {
    name = 'add',
    args = '{kind}',
    values = { 'selection', 'buffer', 'diagnostics', 'git' },
    help = 'Put the selection, the buffer, its diagnostics or what git says is not committed beside the next question.',
    run = function(s, rest)
      if not require('rigrun.subject').kinds[rest] then
        return message.warn('add takes selection, buffer, diagnostics or git')
      end
      require('rigrun.chat').add(rest, s)
    end,
  },
  {
    name = 'stop',
    help = 'Stop the answer under way.',
    run = function()
      local t = require('rigrun.talk').of(vim.api.nvim_get_current_buf()) or require('rigrun.float').shown()
      if not (t and t:stop()) and not require('rigrun.chat').stop() and not require('rigrun.edit').stop() then
        message.tell({ kind = 'nothing', message = 'nothing is under way' })
      end
    end,
  },
  {
    name = 'retry',
    help = "Ask the chat's last question again, and take no kept answer.",
    run = function()
      require('rigrun.chat').retry()
    end,
  },
  {
    name = 'models',
    help = 'Pick the model or the mode that the chat asks.',
    run = function()
      require('rigrun.pick').models()
    end,
  },
  {
    name = 'conversations',
    args = '[words]',
    help = 'Pick a conversation to go on with: any, or one in which the words are found.',
    run = function(_, rest)
      require('rigrun.pick').conversations(rest)
    end,
  },
  {
    name = 'resume',
    help = 'Go on with the conversation that was used last.',
    run = function()
      require('rigrun.pick').resume()
    end,
  },
  {
    name = 'stats',
    help = 'Say what the server did since it started.',
    run = function()
      require('rigrun.pick').stats()
    end,
  },
  {
    name = 'doctor',
    help = 'Check what an answer needs: the same as `:checkhealth rigrun`.',
    run = function()
      vim.cmd('checkhealth rigrun')
    end,
  },
}

---@param name string
---@return rigrun.Command?
local function find(name)
  for _, command in ipairs(M.table) do
    if command.name == name then
      return command
    end
  end
end

--- run is `:Rigrun`.
---@param args table as nvim_create_user_command hands them on
function M.run(args)
  local name, rest = args.args:match('^(%S*)%s*(.-)%s*$')
  local command = find(name == '' and 'chat' or name)
  if not command then
    return message.warn(('there is no command %q; :help rigrun-commands lists them'):format(name))
  end
  local s = { bufnr = vim.api.nvim_get_current_buf() }
  if args.range > 0 then
    s.line1, s.line2 = args.line1, args.line2
  end
  command.run(s, rest)
end

--- complete completes a subcommand and its argument.
---@param lead string
---@param line string
---@return string[]
function M.complete(lead, line)
  local words = vim.split(line:match('Rigrun%s+(.*)$') or '', '%s+')
  local from = {}
  if #words <= 1 then
    for _, command in ipairs(M.table) do
      from[#from + 1] = command.name
    end
  else
    local command = find(words[1])
    from = command and command.values or {}
  end
  return vim.tbl_filter(function(value)
    return vim.startswith(value, lead)
  end, from)
end

return M
