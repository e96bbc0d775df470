--- The chat: a conversation in one window, and below it one to type in.
local client = require('rigrun.client')
local config = require('rigrun.config')
local message = require('rigrun.message')
local subject = require('rigrun.subject')
local talk = require('rigrun.talk')

local M = {}

local ns = vim.api.nvim_create_namespace('rigrun.prompt')

---@class rigrun.Chat
---@field talk rigrun.Talk
---@field prompt integer buffer
---@field windows integer[] the conversation's and the prompt's
---@field context table[] what goes along with the next question

---@type rigrun.Chat?
local chat

--- current is the chat's conversation, or nil before there is one.
---@return rigrun.Talk?
function M.current()
  return chat and vim.api.nvim_buf_is_valid(chat.talk.bufnr) and chat.talk or nil
end

--- describe writes what goes along above the prompt, and which model is asked.
local function describe()
  local parts = {}
  for _, item in ipairs(chat.context) do
    parts[#parts + 1] = '+ ' .. subject.label(item)
  end
  if chat.talk.model or chat.talk.mode then
    parts[#parts + 1] = '→ ' .. (chat.talk.model or chat.talk.mode)
  end
  vim.api.nvim_buf_clear_namespace(chat.prompt, ns, 0, -1)
  local empty = vim.api.nvim_buf_line_count(chat.prompt) == 1 and vim.api.nvim_buf_get_lines(chat.prompt, 0, 1, true)[1] == ''
  if #parts == 0 and not empty then
    return
  end
  local text = #parts > 0 and table.concat(parts, '  ') or 'Ask a question; @ mentions, / acts'
  vim.api.nvim_buf_set_extmark(chat.prompt, ns, 0, 0, { virt_text = { { text, 'Comment' } }, virt_text_pos = 'right_align' })
end

--- send asks what stands in the prompt.
local function send()
  local text = vim.trim(table.concat(vim.api.nvim_buf_get_lines(chat.prompt, 0, -1, true), '\n'))
  if text == '' then
    return
  end
  local items, mentions, labels = {}, {}, {}
  for _, item in ipairs(chat.context) do
    labels[#labels + 1] = subject.label(item)
    if item.mention then
      mentions[#mentions + 1] = item.mention
    else
      items[#items + 1] = item
    end
  end
  local shown = #labels > 0 and text .. '\n\n*with ' .. table.concat(labels, ', ') .. '*' or text
  local question = #mentions > 0 and text .. '\n' .. table.concat(mentions, ' ') or text
  if chat.talk:ask({ message = question, context = items, shown = shown }) then
    chat.context = {}
    vim.api.nvim_buf_set_lines(chat.prompt, 0, -1, true, {})
    describe()
  end
end

local function prompt_keys(bufnr)
  local k = config.get().keys
  local function map(mode, lhs, what, f)
    if lhs then
      vim.keymap.set(mode, lhs, f, { buffer = bufnr, nowait = true, desc = 'rigrun: ' .. what })
    end
  end
  map('n', k.send, 'send', send)
  map('i', k.send_insert, 'send', send)
  map('n', k.close, 'close', M.close)
  map({ 'n', 'i' }, k.stop, 'stop', M.stop)
  map('n', k.retry, 'retry', M.retry)
end

local function talk_keys(bufnr)
  local k = config.get().keys
  local function map(lhs, what, f)
    if lhs then
      vim.keymap.set('n', lhs, f, { buffer = bufnr, nowait = true, desc = 'rigrun: ' .. what })
    end
  end
  map(k.close, 'close', M.close)
  map(k.stop, 'stop', M.stop)
  map(k.retry, 'retry', M.retry)
  require('rigrun.block').keys(bufnr)
end

local function new_prompt()
  local bufnr = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_name(bufnr, 'rigrun-prompt://' .. bufnr)
  vim.bo[bufnr].filetype = 'rigrun-prompt'
  vim.bo[bufnr].bufhidden = 'hide'
  prompt_keys(bufnr)
  require('rigrun.complete').attach(bufnr)
  vim.api.nvim_create_autocmd({ 'TextChanged', 'TextChangedI' }, { buffer = bufnr, callback = describe })
  return bufnr
end

---@param name 'width'|'height'
---@param total integer
local function extent(name, total)
  local n = config.get().chat[name]
  return math.max(name == 'width' and 20 or 1, math.floor(n < 1 and n * total or n))
end

--- windows opens the two windows and returns them.
---@param bufnr integer
---@param prompt integer
---@return integer, integer
local function windows(bufnr, prompt)
  local layout, height = config.get().chat.layout, extent('height', vim.o.lines)
  local log
  if layout == 'float' then
    local width = math.min(vim.o.columns - 4, extent('width', vim.o.columns) * 2)
    local total = vim.o.lines - 6
    local place = { relative = 'editor', col = math.floor((vim.o.columns - width) / 2), width = width, border = 'rounded' }
    log = vim.api.nvim_open_win(bufnr, true, vim.tbl_extend('error', place, { row = 1, height = math.max(3, total - height - 2) }))
    local row = 1 + math.max(3, total - height - 2) + 2
    return log, vim.api.nvim_open_win(prompt, true, vim.tbl_extend('error', place, { row = row, height = height }))
  end
  vim.cmd(layout == 'right' and 'botright vsplit' or 'botright split')
  log = vim.api.nvim_get_current_win()
  vim.api.nvim_win_set_buf(log, bufnr)
  if layout == 'right' then
    vim.api.nvim_win_set_width(log, extent('width', vim.o.columns))
  end
  vim.cmd('belowright split')
  local below = vim.api.nvim_get_current_win()
  vim.api.nvim_win_set_buf(below, prompt)
  vim.api.nvim_win_set_height(below, height)
  return log, below
end

local function dress(win, follow)
  local wo = vim.wo[win]
  wo.wrap, wo.linebreak, wo.number, wo.relativenumber, wo.signcolumn, wo.spell = true, true, false, false, 'no', false
  wo.foldenable, wo.list = false, false
  if follow then
    chat.talk:dress(chat.talk.call == nil)
    vim.api.nvim_win_set_cursor(win, { vim.api.nvim_buf_line_count(vim.api.nvim_win_get_buf(win)), 0 })
  else
    wo.winfixheight = true
  end
end

local function is_open()
  return chat ~= nil and #chat.windows == 2 and vim.iter(chat.windows):all(vim.api.nvim_win_is_valid)
end

--- open shows the chat: of a conversation, else of the one that was there, else a new one.
---@param t? rigrun.Talk
---@return rigrun.Chat
function M.open(t)
  local source = vim.api.nvim_get_current_buf()
  if not chat or not vim.api.nvim_buf_is_valid(chat.prompt) then
    chat = { talk = t or talk.new(), prompt = new_prompt(), windows = {}, context = {} }
  end
  t = t or M.current() or talk.new()
  if vim.bo[source].buftype == '' then
    t.source = source
  end
  local same = t == chat.talk
  chat.talk = t
  talk_keys(t.bufnr)
  if is_open() then
    if not same then
      vim.api.nvim_win_set_buf(chat.windows[1], t.bufnr)
      dress(chat.windows[1], true)
    end
    vim.api.nvim_set_current_win(chat.windows[2])
  else
    M.close()
    chat.windows = { windows(t.bufnr, chat.prompt) }
    dress(chat.windows[1], true)
    dress(chat.windows[2], false)
  end
  describe()
  return chat
end

--- close takes the windows away. An answer under way goes on.
function M.close()
  for _, win in ipairs(chat and chat.windows or {}) do
    if vim.api.nvim_win_is_valid(win) then
      pcall(vim.api.nvim_win_close, win, true) -- the last window of all stays
    end
  end
  if chat then
    chat.windows = {}
  end
end

function M.stop()
  local t = M.current()
  return t ~= nil and t:stop()
end

function M.retry()
  local t = M.current()
  if t then
    t:retry()
  end
end

--- new opens the chat with an empty conversation.
function M.new()
  M.open(talk.new())
end

--- add puts a piece of context beside the next question.
---@param kind string one of subject.kinds
---@param s rigrun.Subject
function M.add(kind, s)
  local item, why = subject.kinds[kind](s)
  if not item then
    message.tell({ kind = 'nothing', message = why })
    return
  end
  M.open()
  for _, there in ipairs(chat.context) do
    if vim.deep_equal(there, item) then
      return
    end
  end
  table.insert(chat.context, item)
  describe()
end

--- choose sets which model or mode the chat asks; nil is what is configured.
---@param what 'model'|'mode'
---@param value string?
function M.choose(what, value)
  M.open()
  chat.talk[what] = value
  describe()
end

--- resume opens a conversation that the server kept.
---@param id string
function M.resume(id)
  client.request('rigrun/conversations/get', { conversationId = id }, {}, function(err, conversation)
    if err then
      return message.tell(err)
    end
    local t = talk.new()
    t:load(conversation)
    M.open(t)
    message.event('Resumed', { bufnr = t.bufnr, conversationId = id })
  end)
end

return M
