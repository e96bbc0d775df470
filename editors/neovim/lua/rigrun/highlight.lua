--- Highlights a conversation.
---
--- A whole one is highlighted as any Markdown buffer is. While an answer comes, Neovim
--- would parse all of it anew after each change, 65 to 180 ms in 5000 lines. So what is
--- parsed then is what the windows show, from the nearest line above on which a block
--- of Markdown begins, and not after each change: the price depends neither on the
--- buffer's length nor on how fast the answer comes.
local M = {}

---@class rigrun.Highlight
---@field private bufnr integer
---@field private tree? vim.treesitter.LanguageTree what highlights the buffer. It is the
---  conversation's own: Neovim's, once there, is told of each change of the buffer
---  for good, which is a third of what a flush costs
---@field private live boolean an answer comes, and what is shown is parsed
---@field private fences rigrun.Fence[] those of the rows before `scanned`, in order
---@field private scanned integer
---@field private due integer when it may be parsed again, as vim.uv.hrtime counts
---@field private waiting boolean it is parsed again once that is due
---@field private tick integer the current buffer's changedtick when that was last looked at
---@field parses rigrun.Took[] kept only while vim.g.rigrun_measure is set
local Highlight = {}
Highlight.__index = Highlight

---@class rigrun.Fence a code block: the rows of its fences, the last only once it is there
---@field first integer
---@field last? integer
---@field ticks string

-- Twenty times a second is hardly seen to lag behind. Where that would take more than
-- one part in fifty of the main loop, it is done less often.
local interval, share = 50e6, 50

-- How far above a window's first line a block's beginning is looked for.
local lookback = 50

---@param bufnr integer
---@return rigrun.Highlight
function M.new(bufnr)
  return setmetatable({ bufnr = bufnr, live = false, fences = {}, scanned = 0, due = 0, tick = 0, waiting = false, parses = {} }, Highlight)
end

--- whole highlights all of the buffer, which is not changed for now.
function Highlight:whole()
  self:_start(false)
end

--- growing highlights what is shown of the buffer while it grows at its end.
function Highlight:growing()
  self:_start(true)
end

---@private
---@param live boolean
function Highlight:_start(live)
  vim.treesitter.stop(self.bufnr)
  vim.bo[self.bufnr].syntax = ''
  self.tree, self.live, self.due = nil, live, 0
  local ok, tree = pcall(require('vim.treesitter.languagetree').new, self.bufnr, 'markdown')
  if not ok then
    vim.bo[self.bufnr].syntax = 'markdown'
    return
  end
  self.tree = tree
  local group = vim.api.nvim_create_augroup('rigrun.highlight.' .. self.bufnr, {})
  if live then
    self:_parse()
    vim.api.nvim_create_autocmd({ 'WinScrolled', 'WinResized' }, {
      group = group,
      callback = function()
        self:grown()
      end,
    })
  end
  require('vim.treesitter.highlighter').new(tree)
end

--- grown is called after text was appended, and after a window was scrolled: what is
--- shown is highlighted now or, where that was done lately, soon.
function Highlight:grown()
  if not self.live or not self.tree or self.waiting then
    return
  end
  local now = vim.uv.hrtime()
  if now < self.due or self:_typed() and now < self.due + 2 * interval then
    self.waiting = true
    vim.defer_fn(function()
      self.waiting = false
      if vim.api.nvim_buf_is_valid(self.bufnr) then
        self:grown()
      end
    end, math.ceil(math.max(self.due - now, interval) / 1e6))
    return
  end
  local worked = os.clock()
  self:_parse()
  local took = { vim.uv.hrtime() - now, math.floor((os.clock() - worked) * 1e9) }
  self.due = now + math.max(interval, share * took[2])
  if vim.g.rigrun_measure then
    table.insert(self.parses, took)
  end
end

--- _typed is whether a person typed since this was asked last: then that comes first.
---@private
---@return boolean
function Highlight:_typed()
  local was = self.tick
  self.tick = vim.api.nvim_buf_get_changedtick(0)
  return self.tick ~= was and vim.api.nvim_get_current_buf() ~= self.bufnr
end

--- _parse parses what the buffer's windows show.
---@private
function Highlight:_parse()
  self:_scan()
  local count = vim.api.nvim_buf_line_count(self.bufnr)
  local first, last = self:_shown()
  first, last = first or count - 1, last or count - 1
  local region = {}
  local fence = self:_inside(first)
  if fence then
    region[1] = { fence.first, 0, fence.first + 1, 0 }
    first = math.max(first, fence.first + 1)
  else
    first = self:_block(first)
  end
  local stop = math.min(count, last + 1)
  local text = vim.api.nvim_buf_get_lines(self.bufnr, stop - 1, stop, true)[1]
  if stop > first then
    region[#region + 1] = { first, 0, stop - 1, #text }
  end
  self.tree:set_included_regions({ region })
  self.tree:invalidate(true)
  self.tree:parse({ fence and fence.first or first, count + 1000 }) -- so far that what is drawn later is within it
end

--- _shown is the first and the last row that a window shows, or might after the next
--- lines; nil where there is no window. Windows that are far apart have what is between
--- them left out: the last of them counts.
---@private
---@return integer?, integer?
function Highlight:_shown()
  local first, last
  for _, win in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_buf(win) == self.bufnr then
      local top = vim.fn.line('w0', win) - 1
      local bottom = top + vim.api.nvim_win_get_height(win)
      local near = first and math.abs(top - first) < 2 * lookback
      first = near and math.min(first, top) or math.max(first or 0, top)
      last = near and math.max(last, bottom) or math.max(last or 0, bottom)
    end
  end
  return first, last
end

--- _scan finds the code blocks in the lines that are whole since it last did.
---@private
function Highlight:_scan()
  local stop = vim.api.nvim_buf_line_count(self.bufnr) - 1
  if stop <= self.scanned then
    return
  end
  local open = self.fences[#self.fences]
  open = open and not open.last and open or nil
  for i, line in ipairs(vim.api.nvim_buf_get_lines(self.bufnr, self.scanned, stop, true)) do
    local ticks, info = line:match('^ ? ? ?([`~][`~][`~]+)%s*(.-)%s*$')
    if ticks and not open then
      open = { first = self.scanned + i - 1, ticks = ticks }
      self.fences[#self.fences + 1] = open
    elseif ticks and info == '' and vim.startswith(ticks, open.ticks) then
      open.last, open = self.scanned + i - 1, nil
    end
  end
  self.scanned = stop
end

--- _inside is the code block that a row is in, without the row of its first fence.
---@private
---@param row integer
---@return rigrun.Fence?
function Highlight:_inside(row)
  for i = #self.fences, 1, -1 do
    local fence = self.fences[i]
    if fence.first < row then
      return (not fence.last or row <= fence.last) and fence or nil
    end
  end
end

--- _block is the row above which a block of Markdown begins: after an empty line, and
--- not indented, so that no list is around it.
---@private
---@param row integer
---@return integer
function Highlight:_block(row)
  local from = math.max(0, row - lookback)
  local lines = vim.api.nvim_buf_get_lines(self.bufnr, from, row + 1, false)
  for i = #lines, 2, -1 do
    if lines[i]:find('^%S') and lines[i - 1] == '' and not self:_inside(from + i - 1) then
      return from + i - 1
    end
  end
  return self:_inside(from) and row or from
end

return M
