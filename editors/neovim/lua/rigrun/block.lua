--- What can be done with an answer, and with a code block of it.
local config = require('rigrun.config')
local message = require('rigrun.message')
local talk = require('rigrun.talk')

local M = {}

---@return { text: string, language: string }?
local function under_cursor()
  local block = talk.block(0, vim.api.nvim_win_get_cursor(0)[1] - 1)
  if not block then
    message.tell({ kind = 'nothing', message = 'the cursor is not in a code block' })
  end
  return block
end

--- yank copies the code block under the cursor, into the register that a count or `"x` names.
function M.yank()
  local block = under_cursor()
  if block then
    vim.fn.setreg(vim.v.register, block.text .. '\n', 'V')
    message.info(('yanked %d lines'):format(select(2, block.text:gsub('\n', '')) + 1))
  end
end

--- apply proposes the code block under the cursor for the place that was asked about.
function M.apply()
  local block = under_cursor()
  if block then
    require('rigrun.edit').apply_block(talk.of(vim.api.nvim_get_current_buf()), block)
  end
end

--- details shows what there is to know about the answer under the cursor.
function M.details()
  local t = talk.of(vim.api.nvim_get_current_buf())
  require('rigrun.details').show(t and t:about(vim.api.nvim_win_get_cursor(0)[1] - 1))
end

---@param bufnr integer
function M.keys(bufnr)
  local k = config.get().keys
  if k.yank then
    vim.keymap.set('n', k.yank, M.yank, { buffer = bufnr, nowait = true, desc = 'rigrun: yank the code block' })
  end
  if k.details then
    vim.keymap.set('n', k.details, M.details, { buffer = bufnr, nowait = true, desc = 'rigrun: about the answer' })
  end
  if k.apply then
    vim.keymap.set('n', k.apply, M.apply, { buffer = bufnr, nowait = true, desc = 'rigrun: apply the code block' })
  end
end

return M
