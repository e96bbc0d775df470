--- The plugin's settings. One table, `schema`, gives the defaults, the checks of
--- what `setup` is handed, and the settings' part of `:help rigrun`.
local M = {}

---@class (exact) rigrun.Field
---@field key string dotted
---@field type 'boolean'|'number'|'string'|'string[]'|'table'|'key'
---@field default any
---@field one_of? string[] the values of a string
---@field help string one or more sentences

---@class (exact) rigrun.Config
---@field cmd string[]
---@field autostart boolean
---@field settings table<string, any>
---@field inline_completion boolean
---@field chat { layout: 'right'|'below'|'float', width: number, height: integer }
---@field keys table<string, string|false>
---@field notify 'all'|'errors'|'none'

---@type rigrun.Field[]
M.schema = {
  {
    key = 'cmd',
    type = 'string[]',
    default = {},
    help = 'The command that starts the server. Empty: `rigrun-lsp` is looked for on PATH, among the programs of '
      .. 'mason.nvim, and in bin/ of the repository that this plugin is a part of.',
  },
  {
    key = 'autostart',
    type = 'boolean',
    default = false,
    help = 'Start the server with the first file, so that its code actions and diagnostics are there before `:Rigrun` is used. '
      .. "Neovim 0.11 and later can have the same by `vim.lsp.enable('rigrun')`, without `setup`.",
  },
  {
    key = 'settings',
    type = 'table',
    default = {},
    help = 'The settings of the server, nested, without the section `rigrun`: `{ routing = { paranoid = true } }`. '
      .. 'The server says what it does not know.',
  },
  {
    key = 'inline_completion',
    type = 'boolean',
    default = false,
    help = 'Switch on `vim.lsp.inline_completion` (Neovim 0.12) where the server offers it.',
  },
  {
    key = 'chat.layout',
    type = 'string',
    default = 'right',
    one_of = { 'right', 'below', 'float' },
    help = 'Where the chat opens.',
  },
  {
    key = 'chat.width',
    type = 'number',
    default = 0.4,
    help = "The chat's width: columns, or below 1 a part of the screen.",
  },
  { key = 'chat.height', type = 'number', default = 6, help = 'Lines of the window that questions are typed in.' },
  { key = 'keys.send', type = 'key', default = '<CR>', help = 'In the prompt, normal mode: send the question.' },
  { key = 'keys.send_insert', type = 'key', default = '<C-s>', help = 'In the prompt, insert mode: send the question.' },
  { key = 'keys.stop', type = 'key', default = '<C-c>', help = 'In the chat and in the float: stop the answer.' },
  { key = 'keys.close', type = 'key', default = 'q', help = 'In the chat and in the float: close it.' },
  { key = 'keys.retry', type = 'key', default = 'gR', help = 'In the chat: ask the last question again, and not the cache.' },
  { key = 'keys.yank', type = 'key', default = 'gy', help = 'In the chat and in the float: yank the code block under the cursor.' },
  { key = 'keys.apply', type = 'key', default = 'ga', help = 'In the chat and in the float: apply the code block under the cursor.' },
  {
    key = 'keys.details',
    type = 'key',
    default = 'K',
    help = 'In the chat and in the float: why this model answered, what that took, whose answer a kept one was, and what the model was not sent.',
  },
  { key = 'keys.move', type = 'key', default = 'gc', help = 'In the float: go on in the chat.' },
  { key = 'keys.accept', type = 'key', default = 'ga', help = 'In a previewed edit: accept the hunk under the cursor.' },
  { key = 'keys.reject', type = 'key', default = 'gr', help = 'In a previewed edit: reject the hunk under the cursor.' },
  { key = 'keys.accept_all', type = 'key', default = 'gA', help = 'In a previewed edit: accept what is undecided.' },
  { key = 'keys.reject_all', type = 'key', default = 'gX', help = 'In a previewed edit: reject what is undecided.' },
  {
    key = 'notify',
    type = 'string',
    default = 'all',
    one_of = { 'all', 'errors', 'none' },
    help = 'Which messages are shown.',
  },
}

--- expected says what a field takes, for messages and the help.
---@param field rigrun.Field
---@return string
function M.expected(field)
  if field.one_of then
    return '"' .. table.concat(field.one_of, '", "') .. '"'
  end
  return ({ ['string[]'] = 'a list of strings', key = 'a key, or false for none', table = 'a table' })[field.type] or ('a ' .. field.type)
end

---@param field rigrun.Field
---@param value any
---@return boolean
local function fits(field, value)
  if field.type == 'key' then
    return value == false or type(value) == 'string' and value ~= ''
  elseif field.type == 'string[]' then
    return vim.islist(value) and vim.iter(value):all(function(v)
      return type(v) == 'string'
    end)
  elseif field.one_of then
    return vim.tbl_contains(field.one_of, value)
  end
  return type(value) == field.type
end

---@param t table
---@param key string dotted
---@param value any
local function put(t, key, value)
  local parent, last = key:match('^(.-)%.([^.]+)$')
  if parent then
    t[parent] = t[parent] or {}
    t[parent][last] = value
  else
    t[key] = value
  end
end

--- resolve lays what a user wrote over the defaults. What does not fit keeps its
--- default and is named in the second result, one sentence each.
---@param user? table
---@return rigrun.Config, string[]
function M.resolve(user)
  local config, problems, known = {}, {}, {}
  user = user or {}
  for _, field in ipairs(M.schema) do
    local parent, last = field.key:match('^(.-)%.([^.]+)$')
    known[field.key], known[parent or field.key] = true, true
    local value
    if parent then
      value = type(user[parent]) == 'table' and user[parent][last] or nil
      if type(user[parent]) == 'table' and user[parent][last] == false then
        value = false
      end
    else
      value = user[field.key]
    end
    if value ~= nil and not fits(field, value) then
      problems[#problems + 1] = ('%s: %s was expected, not %s'):format(field.key, M.expected(field), vim.inspect(value))
      value = nil
    end
    if value == nil then
      value = vim.deepcopy(field.default)
    end
    put(config, field.key, value)
  end
  M._unknown(user, known, problems)
  return config, problems
end

--- _unknown names the settings that there are not.
---@param user table
---@param known table<string, true>
---@param problems string[]
function M._unknown(user, known, problems)
  for name, value in pairs(user) do
    if not known[name] then
      problems[#problems + 1] = ('%s: there is no such setting'):format(name)
    elseif (name == 'chat' or name == 'keys') and type(value) ~= 'table' then
      problems[#problems + 1] = ('%s: a table was expected'):format(name)
    elseif name == 'chat' or name == 'keys' then
      for key in pairs(value) do
        if not known[name .. '.' .. key] then
          problems[#problems + 1] = ('%s.%s: there is no such setting'):format(name, key)
        end
      end
    end
  end
end

local current ---@type rigrun.Config?

--- get returns the settings in force.
---@return rigrun.Config
function M.get()
  if not current then
    current = M.resolve(nil)
  end
  return current
end

--- set puts settings in force and tells what is wrong with them.
---@param user? table
function M.set(user)
  local problems
  current, problems = M.resolve(user)
  for _, problem in ipairs(problems) do
    require('rigrun.message').warn(problem)
  end
end

return M
