--- An answer in a float beside the cursor, while it comes. It can go on in the chat.
local config = require('rigrun.config')
local talk = require('rigrun.talk')

local M = {}

---@type integer? the float's window
local window

--- close takes the float away; the answer goes on only where `keep` says so.
---@param keep? boolean
function M.close(keep)
  if not window then
    return
  end
  local win = window
  window = nil
  if vim.api.nvim_win_is_valid(win) then
    local shown = talk.of(vim.api.nvim_win_get_buf(win))
    vim.api.nvim_win_close(win, true)
    if shown and not keep then
      shown:stop()
    end
  end
end

--- size makes the float as high as the answer, up to a third of the screen.
local function size(win, bufnr)
  if not vim.api.nvim_win_is_valid(win) then
    return
  end
  local most = math.max(5, math.floor(vim.o.lines * 0.4))
  local lines = vim.api.nvim_buf_line_count(bufnr)
  local wanted = math.min(most, math.max(3, lines < most and vim.api.nvim_win_text_height(win, {}).all or most))
  if vim.api.nvim_win_get_height(win) ~= wanted then
    vim.api.nvim_win_set_height(win, wanted)
  end
end

---@param t rigrun.Talk
local function keys(t)
  local k = config.get().keys
  local function map(lhs, what, f)
    if lhs then
      vim.keymap.set('n', lhs, f, { buffer = t.bufnr, nowait = true, desc = 'rigrun: ' .. what })
    end
  end
  map(k.close, 'close', function()
    M.close()
  end)
  map(k.stop, 'stop', function()
    t:stop()
  end)
  map(k.move, 'go on in the chat', function()
    M.close(true)
    require('rigrun.chat').open(t)
  end)
  require('rigrun.block').keys(t.bufnr)
end

--- open shows a conversation in the float. The cursor stays where it is; `:Rigrun
--- explain` once more, or `<C-w>w`, goes into it.
---@param t rigrun.Talk
---@param title string
function M.open(t, title)
  M.close()
  keys(t)
  local source = vim.api.nvim_get_current_buf()
  window = vim.api.nvim_open_win(t.bufnr, false, {
    relative = 'cursor',
    row = 1,
    col = 0,
    width = math.max(20, math.min(80, vim.o.columns - 4)),
    height = 3,
    border = 'rounded',
    title = ' ' .. title .. ' ',
    style = 'minimal',
  })
  local win = window
  vim.wo[win].wrap, vim.wo[win].linebreak = true, true
  t:dress(t.call == nil)
  local group = vim.api.nvim_create_augroup('rigrun.float', {})
  vim.api.nvim_buf_attach(t.bufnr, false, {
    on_lines = function()
      if window ~= win then
        return true
      end
      vim.schedule(function()
        size(win, t.bufnr)
      end)
    end,
  })
  vim.api.nvim_create_autocmd({ 'CursorMoved', 'InsertEnter' }, {
    group = group,
    buffer = source,
    callback = function()
      if window == win and vim.api.nvim_get_current_win() ~= win then
        M.close()
      end
      return true
    end,
  })
end

--- shown is the float's conversation, if there is a float.
---@return rigrun.Talk?
function M.shown()
  return window and vim.api.nvim_win_is_valid(window) and talk.of(vim.api.nvim_win_get_buf(window)) or nil
end

--- focus goes into the float, if there is one.
---@return boolean
function M.focus()
  if window and vim.api.nvim_win_is_valid(window) and vim.api.nvim_get_current_win() ~= window then
    vim.api.nvim_set_current_win(window)
    return true
  end
  return false
end

return M
