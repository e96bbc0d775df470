--- An edit shown in its buffer: what goes is struck, what comes stands below it in
--- virtual lines. Each hunk is accepted or rejected; when all are decided, the
--- accepted ones are made as one step to undo.
local config = require('rigrun.config')
local message = require('rigrun.message')

local M = {}

local ns = vim.api.nvim_create_namespace('rigrun.preview')

---@class rigrun.Hunk
---@field old string[] the lines that go
---@field new string[] the lines that come
---@field mark integer stands at the first old line, or at the line that new ones come after
---@field after boolean nothing goes: new lines come after the mark's line
---@field top boolean new lines come before the first line of the buffer
---@field accepted? boolean nil while it is undecided

---@class rigrun.Preview
---@field bufnr integer
---@field hunks rigrun.Hunk[]
---@field done fun(applied: boolean, reason: string?)
---@field keys string[]

---@type table<integer, rigrun.Preview>
local previews = {}

--- result is what a buffer would hold after the edits. Their annotations, which ask
--- that a person confirms them, are left out: confirming is what a preview is for.
---@return string[] before
---@return string[] after
local function result(bufnr, edits, encoding)
  local before = vim.api.nvim_buf_get_lines(bufnr, 0, -1, true)
  local scratch = vim.api.nvim_create_buf(false, true)
  vim.bo[scratch].undolevels = -1
  vim.api.nvim_buf_set_lines(scratch, 0, -1, true, before)
  local plain = vim.tbl_map(function(edit)
    return { range = edit.range, newText = edit.newText }
  end, edits)
  vim.lsp.util.apply_text_edits(plain, scratch, encoding)
  local after = vim.api.nvim_buf_get_lines(scratch, 0, -1, true)
  vim.api.nvim_buf_delete(scratch, { force = true })
  return before, after
end

--- differ lists the hunks between two texts.
---@param before string[]
---@param after string[]
---@return integer[][]
local function differ(before, after)
  local diff = vim.text and vim.text.diff or vim.diff
  local text = function(lines)
    return table.concat(lines, '\n') .. '\n'
  end
  return diff(text(before), text(after), { result_type = 'indices', algorithm = 'histogram' })
end

---@param p rigrun.Preview
---@param hunk rigrun.Hunk
local function draw(p, hunk, row)
  local virtual = {}
  for _, line in ipairs(hunk.new) do
    virtual[#virtual + 1] = { { '+ ' .. line, hunk.accepted and 'DiffText' or 'DiffAdd' } }
  end
  hunk.mark = vim.api.nvim_buf_set_extmark(p.bufnr, ns, row, 0, {
    id = hunk.mark,
    end_row = hunk.after and row or row + #hunk.old,
    hl_group = not hunk.after and 'DiffDelete' or nil,
    hl_eol = true,
    strict = false,
  })
  -- Virtual lines stand below the last old line, in a mark of their own; so does the
  -- sign, which would otherwise stand beside the line after it too.
  hunk.shown = vim.api.nvim_buf_set_extmark(p.bufnr, ns, hunk.after and row or row + #hunk.old - 1, 0, {
    id = hunk.shown,
    virt_lines = virtual,
    virt_lines_above = hunk.top,
    sign_text = hunk.accepted == nil and '~' or hunk.accepted and '✓' or nil,
    strict = false,
  })
end

---@param p rigrun.Preview
---@param hunk rigrun.Hunk
---@return integer
local function row_of(p, hunk)
  return vim.api.nvim_buf_get_extmark_by_id(p.bufnr, ns, hunk.mark, {})[1]
end

--- apply makes the accepted hunks, from the last to the first, and returns how many.
--- A hunk whose lines were changed is left out.
---@param p rigrun.Preview
---@return integer applied
---@return integer refused
local function apply(p)
  local applied, refused = 0, 0
  for i = #p.hunks, 1, -1 do
    local hunk = p.hunks[i]
    if hunk.accepted then
      local row = row_of(p, hunk)
      local first = hunk.after and (hunk.top and row or row + 1) or row
      local now = vim.api.nvim_buf_get_lines(p.bufnr, first, first + #hunk.old, false)
      if vim.deep_equal(now, hunk.old) then
        vim.api.nvim_buf_set_lines(p.bufnr, first, first + #hunk.old, true, hunk.new)
        applied = applied + 1
      else
        refused = refused + 1
      end
    end
  end
  return applied, refused
end

---@param p rigrun.Preview
local function finish(p)
  if previews[p.bufnr] ~= p then
    return
  end
  previews[p.bufnr] = nil
  for _, key in ipairs(p.keys) do
    pcall(vim.keymap.del, 'n', key, { buffer = p.bufnr })
  end
  local applied, refused = apply(p)
  vim.api.nvim_buf_clear_namespace(p.bufnr, ns, 0, -1)
  if refused > 0 then
    message.tell({ kind = 'changed', message = ('%d of the hunks were not made: their lines were changed'):format(refused) })
  end
  p.done(applied > 0, applied == 0 and (refused > 0 and 'the code was changed in the meantime' or 'it was rejected') or nil)
end

--- decide settles one hunk, or all that are undecided.
---@param p rigrun.Preview
---@param accepted boolean
---@param only? rigrun.Hunk
local function decide(p, accepted, only)
  local open = 0
  for _, hunk in ipairs(p.hunks) do
    if hunk.accepted == nil and (not only or hunk == only) then
      hunk.accepted = accepted
      if only and accepted then
        draw(p, hunk, row_of(p, hunk))
      elseif only then
        vim.api.nvim_buf_del_extmark(p.bufnr, ns, hunk.shown)
        draw(p, vim.tbl_extend('force', hunk, { new = {}, old = {}, after = true }), row_of(p, hunk))
      end
    end
    open = open + (hunk.accepted == nil and 1 or 0)
  end
  if open == 0 then
    finish(p)
  end
end

--- under_cursor is the undecided hunk at the cursor, else the next below it, else the first.
---@param p rigrun.Preview
---@return rigrun.Hunk?
local function under_cursor(p)
  local cursor, first = vim.api.nvim_win_get_cursor(0)[1] - 1, nil
  for _, hunk in ipairs(p.hunks) do
    if hunk.accepted == nil then
      first = first or hunk
      if row_of(p, hunk) + math.max(#hunk.old, 1) > cursor then
        return hunk
      end
    end
  end
  return first
end

---@param p rigrun.Preview
local function keys(p)
  local k = config.get().keys
  local function map(lhs, what, f)
    if lhs then
      vim.keymap.set('n', lhs, f, { buffer = p.bufnr, nowait = true, desc = 'rigrun: ' .. what })
      p.keys[#p.keys + 1] = lhs
    end
  end
  map(k.accept, 'accept the hunk', function()
    decide(p, true, under_cursor(p))
  end)
  map(k.reject, 'reject the hunk', function()
    decide(p, false, under_cursor(p))
  end)
  map(k.accept_all, 'accept all hunks', function()
    decide(p, true)
  end)
  map(k.reject_all, 'reject all hunks', function()
    decide(p, false)
  end)
end

--- close ends a buffer's preview as if all of it were rejected.
---@param bufnr integer
function M.close(bufnr)
  local p = previews[bufnr]
  if p then
    decide(p, false)
  end
end

--- open shows edits of a buffer. done is called once.
---@param bufnr integer
---@param edits table[] LSP's text edits
---@param encoding string
---@param done fun(applied: boolean, reason: string?)
function M.open(bufnr, edits, encoding, done)
  M.close(bufnr)
  local before, after = result(bufnr, edits, encoding)
  local p = { bufnr = bufnr, hunks = {}, done = done, keys = {} }
  for _, h in ipairs(differ(before, after)) do
    local hunk = {
      old = vim.list_slice(before, h[1], h[1] + h[2] - 1),
      new = vim.list_slice(after, h[3], h[3] + h[4] - 1),
      after = h[2] == 0,
      top = h[2] == 0 and h[1] == 0,
    }
    p.hunks[#p.hunks + 1] = hunk
    draw(p, hunk, math.max(0, h[1] - 1))
  end
  if #p.hunks == 0 then
    message.tell({ kind = 'nothing', message = 'the answer changes nothing' })
    return done(false, 'the answer changes nothing')
  end
  previews[bufnr] = p
  keys(p)
  local k = config.get().keys
  local how = '%d hunks: %s accepts one, %s rejects it, %s and %s all'
  message.info(how:format(#p.hunks, k.accept or '-', k.reject or '-', k.accept_all or '-', k.reject_all or '-'))
  message.event('Preview', { bufnr = bufnr, hunks = #p.hunks })
end

return M
