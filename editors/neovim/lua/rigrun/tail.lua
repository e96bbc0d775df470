--- Appends a stream to the end of a buffer.
---
--- Pieces are collected and written together: the first at once, the others every
--- `interval` milliseconds, at most `portion` bytes at a time. A flush touches the
--- buffer's last line and what is below it, so its cost depends neither on the
--- buffer's length nor on how fast the stream is. Where no window shows the buffer, all
--- that came is written four times a second. Windows whose cursor is on the last line
--- follow; others stay where they are.
local M = {}

---@alias rigrun.Took integer[] nanoseconds that passed, and nanoseconds of processor time

---@class rigrun.Tail
---@field bufnr integer
---@field private pieces table<integer, string> what is not yet in the buffer, from head to last
---@field private head integer
---@field private last integer
---@field private offset integer bytes of the first piece that are in the buffer
---@field private size integer bytes that are waiting
---@field private timer uv.uv_timer_t? runs while something was written lately
---@field private ended fun()? called when the pieces are written
---@field private on_flush? fun(took: rigrun.Took)
local Tail = {}
Tail.__index = Tail

-- 125 writes a second look continuous. A portion is more than a model writes in that
-- time; a kept answer, which comes at once, is written at 16 KB a second.
local interval, portion = 8, 128

-- How many intervals are waited while nobody looks.
local unseen = 32

---@param bufnr integer
---@param on_flush? fun(took: rigrun.Took) told how long each flush took
---@return rigrun.Tail
function M.new(bufnr, on_flush)
  return setmetatable({ bufnr = bufnr, pieces = {}, head = 1, last = 0, offset = 0, size = 0, on_flush = on_flush }, Tail)
end

--- followers are the windows that show the buffer's end.
---@param bufnr integer
---@return integer[]
local function followers(bufnr)
  local last, found = vim.api.nvim_buf_line_count(bufnr), {}
  for _, win in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_buf(win) == bufnr and vim.api.nvim_win_get_cursor(win)[1] >= last then
      found[#found + 1] = win
    end
  end
  return found
end

--- split is vim.split for line breaks, at a fifth of its price: it runs in every flush.
---@param text string
---@return string[]
local function split(text)
  local lines, from = {}, 1
  while true do
    local stop = text:find('\n', from, true)
    lines[#lines + 1] = text:sub(from, (stop or 0) - 1)
    if not stop then
      return lines
    end
    from = stop + 1
  end
end

--- append puts text at the buffer's end at once. Of a buffer that cannot be modified
--- it takes the seal off and puts it on again, which costs as much as the text does.
---@param bufnr integer
---@param text string
function M.append(bufnr, text)
  local lines = split(text)
  local wins = followers(bufnr)
  local last = vim.api.nvim_buf_get_lines(bufnr, -2, -1, true)[1]
  local row = vim.api.nvim_buf_line_count(bufnr) - 1
  local sealed = not vim.api.nvim_get_option_value('modifiable', { buf = bufnr })
  if sealed then
    vim.bo[bufnr].modifiable = true
  end
  vim.api.nvim_buf_set_text(bufnr, row, #last, row, #last, lines)
  if sealed then
    vim.bo[bufnr].modifiable = false
  end
  if #lines > 1 then
    for _, win in ipairs(wins) do
      vim.api.nvim_win_set_cursor(win, { row + #lines, 0 })
    end
  end
end

--- write takes a piece of the stream.
---@param text string
function Tail:write(text)
  if text == '' then
    return
  end
  self.last = self.last + 1
  self.pieces[self.last] = text
  self.size = self.size + #text
  if not self.timer then
    self:flush()
    self:_wait()
  end
end

--- take removes pieces from the front, up to some bytes, and ends with a whole
--- character. It costs what it takes, however much is waiting.
---@private
---@param most integer bytes
---@return string
function Tail:take(most)
  local taken, size = {}, 0
  while size < most and self.pieces[self.head] do
    local piece = self.pieces[self.head]
    local stop = math.min(#piece, self.offset + most - size)
    if stop < #piece then
      stop = stop + vim.str_utf_start(piece, stop + 1)
    end
    taken[#taken + 1] = piece:sub(self.offset + 1, stop)
    size = size + stop - self.offset
    if stop < #piece then
      self.offset = stop
      break
    end
    self.pieces[self.head] = nil
    self.head, self.offset = self.head + 1, 0
  end
  self.size = self.size - size
  return table.concat(taken)
end

--- flush writes what was collected: a portion, or all of it.
---@param all? boolean
function Tail:flush(all)
  if self.size == 0 or not vim.api.nvim_buf_is_valid(self.bufnr) then
    self.pieces, self.head, self.last, self.offset, self.size = {}, 1, 0, 0, 0
    return
  end
  local began, worked = vim.uv.hrtime(), os.clock()
  M.append(self.bufnr, self:take(all and self.size or portion))
  if self.on_flush then
    self.on_flush({ vim.uv.hrtime() - began, math.floor((os.clock() - worked) * 1e9) })
  end
end

--- _wait waits out the interval after a flush, again as long as pieces come.
---@private
function Tail:_wait()
  local timer, waited = assert(vim.uv.new_timer()), 0
  self.timer = timer
  timer:start(
    interval,
    interval,
    vim.schedule_wrap(function()
      if self.timer ~= timer then
        return
      end
      local hidden = #vim.fn.win_findbuf(self.bufnr) == 0
      waited = waited + 1
      if hidden and not self.ended and waited < unseen then
        return
      end
      waited = 0
      if self.size > 0 then
        self:flush(hidden)
      else
        self:rest()
      end
    end)
  )
end

--- rest ends the waiting once there is nothing to write.
---@private
function Tail:rest()
  if self.timer then
    self.timer:close()
    self.timer = nil
  end
  local ended = self.ended
  if ended then
    self.ended = nil
    ended()
  end
end

--- finish calls done when all that was written is in the buffer.
---@param done fun()
function Tail:finish(done)
  self.ended = done
  if not self.timer then
    self:rest()
  end
end

--- close writes what is left at once. The tail can be written to again.
function Tail:close()
  self:flush(true)
  self:rest()
end

return M
