--- Everything the plugin says to a person goes through here, and how loud an
--- error is is decided here alone.
local M = {}

---@class rigrun.Error what went wrong, as data
---@field kind string one of the server's kinds (docs/protocol.md, Errors), or one of `local_kinds`
---@field message string
---@field hint? string what to do about it

--- What goes wrong in the plugin itself.
---@alias rigrun.LocalKind 'cancelled'|'changed'|'no_server'|'lost'|'nothing'|'request'

local levels = vim.log.levels

-- What is not here is an error. A person who stops an answer knows that it was stopped.
---@type table<string, integer|false>
local loudness = {
  cancelled = false,
  nothing = levels.INFO,
  changed = levels.WARN,
  policy = levels.WARN,
  rate_limited = levels.WARN,
  lost = levels.WARN,
}

---@param text string
---@param level integer
local function say(text, level)
  local wanted = require('rigrun.config').get().notify
  if wanted == 'none' or wanted == 'errors' and level < levels.WARN then
    return
  end
  vim.notify('rigrun: ' .. text, level, { title = 'rigrun' })
end

---@param text string
function M.info(text)
  say(text, levels.INFO)
end

---@param text string
function M.warn(text)
  say(text, levels.WARN)
end

--- of_response makes an error of what a request was answered with.
---@param err { code?: integer, message?: string, data?: table }
---@return rigrun.Error
function M.of_response(err)
  local data = type(err.data) == 'table' and err.data or {}
  if err.code == -32800 then
    return { kind = 'cancelled', message = 'stopped' }
  elseif err.code == -32801 then
    return { kind = 'changed', message = err.message or 'the code was changed in the meantime' }
  end
  return { kind = data.kind or 'request', message = data.message or err.message or 'the request failed', hint = data.hint }
end

--- describe puts an error into one line.
---@param err rigrun.Error
---@return string
function M.describe(err)
  if err.hint and err.hint ~= '' then
    return err.message .. '. ' .. err.hint
  end
  return err.message
end

--- tell shows an error as loud as its kind is, and fires `User RigrunError`.
---@param err rigrun.Error
function M.tell(err)
  local level = loudness[err.kind]
  if level == false then
    return
  end
  say(M.describe(err), level or levels.ERROR)
  M.event('Error', err)
end

--- The events, for `:help rigrun-events`: name, and what is in `data`.
---@type { name: string, help: string }[]
M.events = {
  { name = 'Start', help = 'A question was asked. `bufnr` is the buffer of the conversation.' },
  { name = 'Done', help = 'An answer ended. `bufnr`, and `result` as rigrun/chat returns it, or `error`: `kind`, `message`, `hint`.' },
  { name = 'EditStart', help = 'An edit is being made. `title` is that of its code action.' },
  { name = 'Preview', help = 'An edit is shown in buffer `bufnr`, in as many parts as `hunks` says.' },
  { name = 'EditDone', help = 'An edit was decided: `applied`, or `reason` or `error`.' },
  { name = 'Resumed', help = 'A kept conversation was opened: `bufnr` and `conversationId`.' },
  { name = 'Status', help = "The server's state has changed: the parameters of rigrun/status." },
  { name = 'Exit', help = 'The server ended: `code` and `signal`.' },
  { name = 'Error', help = 'A message about an error was shown: `kind`, `message`, `hint`.' },
}

--- event fires `User Rigrun<name>` for others to build on.
---@param name string one of `events`
---@param data? table
function M.event(name, data)
  vim.api.nvim_exec_autocmds('User', { pattern = 'Rigrun' .. name, modeline = false, data = data })
end

return M
