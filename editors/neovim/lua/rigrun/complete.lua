--- Completion of mentions and actions in the prompt, by the server.
---
--- While a person types after "@" or "/", the server is asked without waiting, and
--- its answer becomes a menu if the text is still what it was asked for. Nothing is
--- selected in the menu: what was typed stays as it is until a person picks.
local client = require('rigrun.client')
local subject = require('rigrun.subject')

local M = {}

-- How long `<C-x><C-u>` waits: Vim wants what a completion function finds at once.
local patience = 1000

--- typed is the mention or action that the cursor stands behind, and where it begins.
---@return string? word
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

--- params is what the server is asked: the text up to the cursor.
---@return table
local function params()
  local row, col = unpack(vim.api.nvim_win_get_cursor(0))
  local text = table.concat(vim.api.nvim_buf_get_text(0, 0, 0, row - 1, col, {}), '\n')
  return { text = text, offset = subject.units(text, subject.encoding()) }
end

---@param result any
---@return table[] Vim's completion items
local function words_of(result)
  local words = {}
  for _, item in ipairs(result and result.items or {}) do
    words[#words + 1] = { word = item.insertText, abbr = item.label, menu = item.detail, dup = 1 }
  end
  return words
end

--- show opens the menu below what was typed.
---@param word string
---@param column integer
---@param words table[]
local function show(word, column, words)
  if #words == 0 or #words == 1 and words[1].word == word then
    return
  end
  local options = vim.o.completeopt
  vim.o.completeopt = 'menu,menuone,noselect'
  vim.fn.complete(column + 1, words)
  vim.o.completeopt = options
end

--- What was picked last: no menu comes up for it again.
local picked = ''

--- follow asks for completions of what was just typed. It runs on each change of the prompt.
function M.follow()
  local word, column = typed()
  if not word or word == picked or vim.fn.complete_info({ 'selected' }).selected >= 0 then
    return
  end
  local bufnr, tick = vim.api.nvim_get_current_buf(), vim.b.changedtick
  client.request('rigrun/context/complete', params(), { bufnr = bufnr }, function(err, result)
    local same = vim.api.nvim_get_current_buf() == bufnr and vim.b.changedtick == tick
    if not err and same and vim.fn.mode() == 'i' then
      show(word, column, words_of(result))
    end
  end)
end

--- attach completes in a prompt as it is typed.
---@param bufnr integer
function M.attach(bufnr)
  vim.bo[bufnr].completefunc = "v:lua.require'rigrun.complete'.func"
  vim.bo[bufnr].omnifunc = "v:lua.require'rigrun.complete'.func"
  vim.api.nvim_create_autocmd({ 'TextChangedI', 'TextChangedP' }, { buffer = bufnr, callback = M.follow })
  vim.api.nvim_create_autocmd('CompleteDone', {
    buffer = bufnr,
    callback = function()
      local word = vim.v.completed_item.word or ''
      picked = word:sub(-1) ~= ':' and word or '' -- behind "@file:" there is more to pick
    end,
  })
end

--- asked is what the server is asked by `func`, kept because Vim takes the word out
--- of the line before it asks what to put there.
local asked ---@type table

--- func is the prompt's 'completefunc' and 'omnifunc'. It never starts a server.
---@param findstart integer
---@return any
function M.func(findstart)
  if findstart == 1 then
    local _, column = typed()
    asked = params()
    return column or -3
  end
  return words_of(client.request_sync('rigrun/context/complete', asked, patience))
end

return M
