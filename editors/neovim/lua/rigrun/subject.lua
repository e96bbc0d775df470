--- What a question is about: places in buffers, and the context they make.
local client = require('rigrun.client')

local M = {}

---@class rigrun.Subject
---@field bufnr integer
---@field line1? integer from 1; absent where nothing is selected
---@field line2? integer

---@param bufnr integer
---@param row integer from 0
---@param col integer bytes
---@param encoding string
local function position(bufnr, row, col, encoding)
  local line = vim.api.nvim_buf_get_lines(bufnr, row, row + 1, false)[1] or ''
  return { line = row, character = M.units(line:sub(1, col), encoding) }
end

--- units counts a text in units of a position encoding.
---@param text string
---@param encoding string
---@return integer
function M.units(text, encoding)
  if encoding == 'utf-8' then
    return #text
  elseif vim.fn.has('nvim-0.11') == 1 then
    return vim.str_utfindex(text, encoding)
  end
  local utf32, utf16 = vim.str_utfindex(text)
  return encoding == 'utf-32' and utf32 or utf16
end

---@return string
function M.encoding()
  local c = client.running()
  return c and c.offset_encoding or 'utf-16'
end

--- range is the subject as LSP has it: whole lines, or the cursor.
---@param subject rigrun.Subject
---@return table
function M.range(subject)
  local encoding = M.encoding()
  if subject.line1 then
    local last = vim.api.nvim_buf_get_lines(subject.bufnr, subject.line2 - 1, subject.line2, false)[1] or ''
    return {
      start = { line = subject.line1 - 1, character = 0 },
      ['end'] = position(subject.bufnr, subject.line2 - 1, #last, encoding),
    }
  end
  local cursor = vim.api.nvim_win_get_cursor(0)
  local at = position(subject.bufnr, cursor[1] - 1, cursor[2], encoding)
  return { start = at, ['end'] = at }
end

---@param bufnr integer
---@return string
function M.uri(bufnr)
  return vim.uri_from_bufnr(bufnr)
end

local ns = vim.api.nvim_create_namespace('rigrun.place')

---@class rigrun.Place code that was asked about, followed while its buffer is edited
---@field bufnr integer
---@field mark integer of the first line to the last
---@field range table as it was asked about

--- place follows the code that a question is about; nil where it is about none.
---@param context? table[]
---@return rigrun.Place?
function M.place(context)
  for _, item in ipairs(context or {}) do
    if item.kind == 'selection' and item.uri and item.range then
      local bufnr = vim.uri_to_bufnr(item.uri)
      vim.fn.bufload(bufnr)
      local opts = { end_row = item.range['end'].line, end_col = 0, strict = false, right_gravity = false }
      local mark = vim.api.nvim_buf_set_extmark(bufnr, ns, item.range.start.line, 0, opts)
      return { bufnr = bufnr, mark = mark, range = item.range }
    end
  end
end

--- place_now is where the code of a place is by now: moved by as many lines as were
--- put above it, and all of its lines where there are more or fewer of them.
---@param place rigrun.Place?
---@return integer? bufnr nil where it is gone
---@return table? range
function M.place_now(place)
  if not place or not vim.api.nvim_buf_is_loaded(place.bufnr) then
    return nil
  end
  local at = vim.api.nvim_buf_get_extmark_by_id(place.bufnr, ns, place.mark, { details = true })
  if #at == 0 then
    return nil
  end
  local first, last, was = at[1], at[3].end_row, place.range
  if last - first ~= was['end'].line - was.start.line then
    return place.bufnr, M.range({ bufnr = place.bufnr, line1 = first + 1, line2 = last + 1 })
  end
  return place.bufnr,
    {
      start = { line = first, character = was.start.character },
      ['end'] = { line = last, character = was['end'].character },
    }
end

--- diagnostics are those of some lines as LSP has them, the server's own left out.
---@param bufnr integer
---@param line1? integer
---@param line2? integer
---@return table[]
function M.diagnostics(bufnr, line1, line2)
  local found = {}
  for _, d in ipairs(vim.diagnostic.get(bufnr)) do
    if d.source ~= 'rigrun' and (not line1 or d.lnum + 1 <= line2 and (d.end_lnum or d.lnum) + 1 >= line1) then
      local encoding = M.encoding()
      found[#found + 1] = {
        range = {
          start = position(bufnr, d.lnum, d.col, encoding),
          ['end'] = position(bufnr, d.end_lnum or d.lnum, d.end_col or d.col, encoding),
        },
        severity = d.severity,
        message = d.message,
        source = d.source,
        code = d.code,
      }
    end
  end
  return found
end

--- The pieces of context that can be added to a chat, by name.
---@type table<string, fun(subject: rigrun.Subject): table?, string?>
M.kinds = {
  selection = function(subject)
    if not subject.line1 then
      return nil, 'nothing is selected'
    end
    return { kind = 'selection', uri = M.uri(subject.bufnr), range = M.range(subject) }
  end,
  buffer = function(subject)
    if vim.api.nvim_buf_get_name(subject.bufnr) == '' then
      return nil, 'the buffer has no file'
    end
    return { kind = 'file', uri = M.uri(subject.bufnr) }
  end,
  diagnostics = function(subject)
    local lines = {}
    for _, d in ipairs(vim.diagnostic.get(subject.bufnr)) do
      lines[#lines + 1] = ('%d: %s: %s'):format(d.lnum + 1, vim.diagnostic.severity[d.severity]:lower(), d.message)
    end
    if #lines == 0 then
      return nil, 'the buffer has no diagnostics'
    end
    return { kind = 'diagnostics', uri = M.uri(subject.bufnr), text = table.concat(lines, '\n') }
  end,
  git = function()
    return { mention = '@git' } -- what is not committed yet; the server reads it
  end,
}

--- label names a piece of context for the person.
---@param item table
---@return string
function M.label(item)
  if item.mention then
    return item.mention
  end
  local name = item.uri and vim.fn.fnamemodify(vim.uri_to_fname(item.uri), ':t') or item.query or ''
  if item.range then
    return ('%s:%d-%d'):format(name, item.range.start.line + 1, item.range['end'].line + 1)
  end
  return item.kind == 'file' and name or (item.kind .. ' ' .. name):gsub('%s+$', '')
end

return M
