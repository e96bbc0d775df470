--- Completion of mentions and actions in the prompt, by the server.
local client = require('rigrun.client')
local subject = require('rigrun.subject')

local M = {}

-- Vim waits for a completion function, so the server gets no longer than a person does not notice.
local patience = 500

--- typed is what stands between the "@" or "/" and the cursor, and where it begins.
---@return string? typed
---@return integer? column from 0
local function typed()
  local row, col = unpack(vim.api.nvim_win_get_cursor(0))
  local before = vim.api.nvim_get_current_line():sub(1, col)
  local at = before:find('@%S*$')
  if at and (at == 1 or before:sub(at - 1, at - 1):match('%s')) then
    return before:sub(at), at - 1
  elseif row == 1 and before:find('^/%S*$') then
    return before, 0
  end
end

--- What stood before the cursor when Vim asked where the word begins. It is kept
--- because Vim takes the word out of the line before it asks for completions.
local before_cursor = ''

--- func is the prompt's 'completefunc' and 'omnifunc'.
---@param findstart integer
---@return any
function M.func(findstart)
  if findstart == 1 then
    local _, column = typed()
    local row, col = unpack(vim.api.nvim_win_get_cursor(0))
    before_cursor = table.concat(vim.api.nvim_buf_get_text(0, 0, 0, row - 1, col, {}), '\n')
    return column or -3
  end
  local params = { text = before_cursor, offset = subject.units(before_cursor, subject.encoding()) }
  local result = client.request_sync('rigrun/context/complete', params, patience)
  local words = {}
  for _, item in ipairs(result and result.items or {}) do
    words[#words + 1] = { word = item.insertText, abbr = item.label, menu = item.detail, dup = 1 }
  end
  return { words = words, refresh = 'always' }
end

--- trigger types a sign and begins completing.
---@param sign string
---@return string
function M.trigger(sign)
  local row, col = unpack(vim.api.nvim_win_get_cursor(0))
  local before = vim.api.nvim_get_current_line():sub(1, col)
  local begins = sign == '@' and (before == '' or before:match('%s$')) or sign == '/' and row == 1 and before == ''
  if not begins then
    return sign
  end
  -- Unless 'completeopt' says otherwise, Vim puts the first match into the text; one
  -- step back takes it out again and leaves the menu.
  local options = vim.o.completeopt
  local back = not (options:find('noinsert') or options:find('noselect')) and '<C-p>' or ''
  return sign .. '<C-x><C-u>' .. back
end

return M
