--- A conversation in a buffer: its questions, and its answers as they come. The
--- float and the chat are windows onto one.
local client = require('rigrun.client')
local highlight = require('rigrun.highlight')
local message = require('rigrun.message')
local tail = require('rigrun.tail')

local M = {}

local ns = vim.api.nvim_create_namespace('rigrun.talk')

---@class rigrun.Question what is asked, as rigrun/chat takes it
---@field message string
---@field action? string
---@field context? table[]
---@field cache? string
---@field shown? string what stands in the buffer for it; the message where absent

---@class rigrun.Talk
---@field bufnr integer
---@field id? string the server's conversationId, once there is one
---@field call? rigrun.Call the answer under way
---@field last? rigrun.Question
---@field place? rigrun.Place the code that was asked about last
---@field model? string asked instead of the configured one
---@field mode? string
---@field source? integer the buffer that is talked about
---@field highlight rigrun.Highlight
---@field private marks table<integer, integer> the note of a heading, by the heading's row
---@field private facts table<integer, rigrun.Facts> what is known of an answer, by its heading's note
---@field flushes rigrun.Took[] kept only while vim.g.rigrun_measure is set
local Talk = {}
Talk.__index = Talk

--- Talks by their buffer.
---@type table<integer, rigrun.Talk>
local talks = {}

---@param bufnr integer
---@return rigrun.Talk?
function M.of(bufnr)
  return talks[bufnr]
end

--- dress sets how the conversation is shown: as it will be, or while an answer comes.
--- For what is concealed Neovim parses all of the Markdown even before it can scroll, so
--- nothing is until the answer is whole.
---@param whole boolean
function Talk:dress(whole)
  for _, win in ipairs(vim.fn.win_findbuf(self.bufnr)) do
    vim.wo[win][0].conceallevel = whole and 2 or 0
  end
  if whole then
    self.highlight:whole()
  else
    self.highlight:growing()
  end
end

--- new makes a conversation without a question in it yet.
---@return rigrun.Talk
function M.new()
  local bufnr = vim.api.nvim_create_buf(false, true)
  vim.bo[bufnr].bufhidden = 'hide'
  vim.bo[bufnr].filetype = 'rigrun'
  vim.bo[bufnr].undolevels = -1
  vim.bo[bufnr].modifiable = false
  local self = setmetatable({ bufnr = bufnr, flushes = {}, marks = {}, facts = {} }, Talk)
  self.tail = tail.new(bufnr, function(taken)
    if vim.g.rigrun_measure then
      table.insert(self.flushes, taken)
    end
    self.highlight:grown()
  end)
  self.highlight = highlight.new(bufnr)
  self:dress(true)
  talks[bufnr] = self
  vim.api.nvim_buf_set_name(bufnr, 'rigrun-talk://' .. bufnr)
  vim.api.nvim_create_autocmd('BufWipeout', {
    buffer = bufnr,
    callback = function()
      self:stop()
      talks[bufnr] = nil
    end,
  })
  return self
end

--- heading begins a turn and returns the row of its heading.
---@param name string
---@return integer
function Talk:heading(name)
  local empty = vim.api.nvim_buf_line_count(self.bufnr) == 1 and vim.api.nvim_buf_get_lines(self.bufnr, 0, 1, true)[1] == ''
  tail.append(self.bufnr, (empty and '' or '\n\n') .. '## ' .. name .. '\n\n')
  return vim.api.nvim_buf_line_count(self.bufnr) - 3
end

--- note shows text after the heading of a turn: the route, or what is waited for.
---@param row integer
---@param text string
---@param hl? string
function Talk:note(row, text, hl)
  local mark = self.marks[row]
  local now = mark and vim.api.nvim_buf_get_extmark_by_id(self.bufnr, ns, mark, {})[1] or row
  self.marks[row] = vim.api.nvim_buf_set_extmark(self.bufnr, ns, now, 0, {
    strict = false, -- while an answer comes, the buffer can be changed
    id = mark,
    virt_text = { { text, hl or 'Comment' } },
    virt_text_pos = 'eol',
  })
end

--- route_line is one line about where an answer comes from.
---@param route table
---@param cache? table
---@param result? table
---@return string
function M.route_line(route, cache, result)
  local parts = { route.tier, route.model }
  if cache and cache.hit and cache.hit ~= 'none' then
    parts[#parts + 1] = cache.hit .. ' hit'
  end
  if route.fallbackFrom then
    parts[#parts + 1] = 'instead of ' .. route.fallbackFrom
  end
  if result and result.left and #result.left > 0 then
    parts[#parts + 1] = ('%d left out'):format(#result.left)
  end
  if result and result.metrics and (result.metrics.tokensPerSecond or 0) > 0 then
    parts[#parts + 1] = ('%.0f tokens/s'):format(result.metrics.tokensPerSecond)
  end
  if result and (result.costCents or 0) > 0 then
    parts[#parts + 1] = ('%.2f ct'):format(result.costCents)
  end
  if route.classification and route.classification ~= 'UNCLASSIFIED' then
    parts[#parts + 1] = route.classification
  end
  return table.concat(parts, ' · ')
end

--- answering takes the partial values of one answer.
---@param self rigrun.Talk
---@param row integer the answer's heading
local function answering(self, row)
  local state = { tokens = 0, id = self.id }
  state.take = function(value)
    if value.route then
      -- What follows an answer that was stopped goes on in its conversation; Neovim keeps
      -- to itself what the response of a stopped request says.
      self.id = value.conversationId or self.id
      state.route, state.cache = value.route, value.cache or state.cache
      self:note(row, M.route_line(state.route, state.cache))
      self.facts[self.marks[row]] = { route = state.route, cache = state.cache }
    elseif value.text then
      state.tokens = state.tokens + 1
      self.tail:write(value.text)
    elseif value.thinking and state.tokens == 0 and not state.thinking then
      state.thinking = true
      self:note(row, 'thinking…')
    elseif value.step then
      self:note(row, ('%s %s'):format(value.step.tool, value.step.detail or ''))
    end
  end
  return state
end

--- ask asks a question; while an answer comes, it is refused.
---@param q rigrun.Question
---@return boolean
function Talk:ask(q)
  if self.call then
    message.tell({ kind = 'nothing', message = 'an answer is under way; stop it first' })
    return false
  end
  self.last, self.place = q, require('rigrun.subject').place(q.context) or self.place
  vim.bo[self.bufnr].modifiable = true -- until it is whole: see tail.append
  self:heading('You')
  tail.append(self.bufnr, q.shown or q.message)
  local row = self:heading('rigrun')
  self:note(row, '…')
  self:dress(false)
  local state = answering(self, row)
  local params = {
    conversationId = self.id,
    message = q.message,
    action = q.action,
    context = q.context and #q.context > 0 and q.context or nil,
    cache = q.cache,
    model = self.model,
    mode = self.mode,
  }
  local ended = false
  local source = self.source and vim.api.nvim_buf_is_loaded(self.source) and self.source or self.bufnr
  local call = client.request('rigrun/chat', params, { bufnr = source, stream = state.take }, function(err, result)
    ended = true
    self:_end(row, state, err, result)
  end)
  self.call = not ended and call or nil
  message.event('Start', { bufnr = self.bufnr })
  return true
end

---@private
function Talk:_end(row, state, err, result)
  if not vim.api.nvim_buf_is_valid(self.bufnr) then
    self.call = nil
    return
  end
  if err then
    self.tail:close()
    return self:_over(row, state, err)
  end
  self.tail:finish(function()
    self:_over(row, state, nil, result)
  end)
end

--- _over is called when all of an answer is in the buffer.
---@private
function Talk:_over(row, state, err, result)
  self.call = nil
  if err then
    if err.kind == 'lost' then
      self.id = state.id -- a server that was killed may not have kept a conversation that began just now
    end
    local stopped = err.kind == 'cancelled'
    local line = stopped and 'stopped' or 'failed'
    line = state.route and M.route_line(state.route, state.cache) .. ' · ' .. line or line
    self:note(row, line, stopped and 'Comment' or 'DiagnosticError')
    if not stopped then
      tail.append(self.bufnr, (state.tokens > 0 and '\n\n' or '') .. '> ' .. message.describe(err):gsub('\n', ' '))
    end
    message.tell(err)
  else
    self.id, self.message_id = result.conversationId, result.messageId
    self:note(row, M.route_line(result.route, result.cache, result))
    self.facts[self.marks[row]] = { route = result.route, cache = result.cache, result = result }
    if result.finishReason == 'length' then
      message.warn('the answer was cut off at the limit of tokens')
    end
  end
  vim.bo[self.bufnr].modifiable = false
  self:dress(true)
  message.event('Done', { bufnr = self.bufnr, error = err, result = result })
end

--- stop gives up the answer under way, if there is one.
---@return boolean
function Talk:stop()
  if not self.call then
    return false
  end
  self.call.stop()
  return true
end

--- retry asks the last question again and takes no kept answer.
function Talk:retry()
  if not self.last then
    message.tell({ kind = 'nothing', message = 'nothing was asked here yet' })
    return
  end
  self:ask(vim.tbl_extend('force', self.last, { cache = 'refresh' }))
end

--- load fills the buffer with a conversation that the server kept.
---@param conversation table as rigrun/conversations/get returns it
function Talk:load(conversation)
  self.id = conversation.conversationId
  for _, turn in ipairs(conversation.messages) do
    local row = self:heading(turn.role == 'user' and 'You' or 'rigrun')
    tail.append(self.bufnr, turn.text)
    if turn.role == 'user' then
      self.last = { message = turn.text }
    elseif turn.route then
      local line = M.route_line(turn.route, turn.cache)
      self:note(row, turn.interrupted and line .. ' · stopped' or line)
      self.facts[self.marks[row]] = { route = turn.route, cache = turn.cache, result = turn }
    end
  end
end

--- about is what is known of the answer around a row.
---@param row integer
---@return rigrun.Facts?
function Talk:about(row)
  local marks = vim.api.nvim_buf_get_extmarks(self.bufnr, ns, { row, -1 }, 0, { limit = 1 })
  return marks[1] and self.facts[marks[1][1]]
end

--- block is the fenced code block around a row, counted from 0.
---@param bufnr integer
---@param row integer
---@return { text: string, language: string, first: integer, last: integer }?
function M.block(bufnr, row)
  local lines = vim.api.nvim_buf_get_lines(bufnr, 0, -1, true)
  local first, fence, language
  for i, line in ipairs(lines) do
    local ticks, info = line:match('^ ? ? ?([`~][`~][`~]+)%s*(.-)%s*$')
    if not first and ticks then
      first, fence, language = i, ticks, info:match('^%S*')
    elseif first and ticks and info == '' and vim.startswith(ticks, fence) then
      if row >= first - 1 and row <= i - 1 then
        return { text = table.concat(lines, '\n', first + 1, i - 1), language = language, first = first - 1, last = i - 1 }
      end
      first = nil
    end
    if not first and i - 1 >= row then
      return nil
    end
  end
end

return M
