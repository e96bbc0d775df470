--- Edits: asked of the server, shown as a preview, and made hunk by hunk.
---
--- The server turns an answer into an edit of the lines that were asked about. The
--- preview shows it in the buffer itself, and what is accepted is made at the end,
--- as one step to undo. Nothing is changed before.
local client = require('rigrun.client')
local message = require('rigrun.message')
local subject = require('rigrun.subject')

local M = {}

--- The edit actions by the kind of their code action.
M.kinds = {
  fix = 'quickfix',
  refactor = 'refactor.rewrite.rigrun.refactor',
  document = 'refactor.rewrite.rigrun.document',
  explain = 'rigrun.explain',
  review = 'source.rigrun.review',
  tests = 'source.rigrun.tests',
}

--- offered asks the server what it offers of a kind at a place.
---@param name string
---@param s rigrun.Subject
---@param done fun(actions: table[])
function M.offered(name, s, done)
  -- The client is attached first: it knows in which units places are counted.
  local _, err = client.attach(s.bufnr)
  if err then
    return message.tell(err)
  end
  local cursor = vim.api.nvim_win_get_cursor(0)[1]
  local params = {
    textDocument = { uri = subject.uri(s.bufnr) },
    range = subject.range(s),
    context = {
      only = { M.kinds[name] },
      triggerKind = 1,
      diagnostics = subject.diagnostics(s.bufnr, s.line1 or cursor, s.line2 or cursor),
    },
  }
  client.request('textDocument/codeAction', params, { bufnr = s.bufnr }, function(e, actions)
    if e then
      return message.tell(e)
    end
    local usable, reason = {}, nil
    for _, action in ipairs(actions or {}) do
      if action.disabled then
        reason = action.disabled.reason
      else
        usable[#usable + 1] = action
      end
    end
    if #usable == 0 then
      local none = name == 'fix' and 'there is no diagnostic to fix here' or ('there is nothing to ' .. name .. ' here')
      return message.tell({ kind = 'nothing', message = reason or none })
    end
    done(usable)
  end)
end

---@type rigrun.Call?
local running

--- stop gives up the edit that is being made.
---@return boolean
function M.stop()
  if running then
    running.stop()
    return true
  end
  return false
end

--- resolve has the server make the edit of an action, and previews it.
---@param action table
---@param bufnr integer
local function resolve(action, bufnr)
  if action.command and not action.edit then
    return client.request('workspace/executeCommand', action.command, { bufnr = bufnr }, function(err)
      if err then
        message.tell(err)
      end
    end)
  end
  message.event('EditStart', { title = action.title })
  running = client.request('codeAction/resolve', action, { bufnr = bufnr }, function(err, resolved)
    running = nil
    if err then
      message.event('EditDone', { error = err })
      return message.tell(err)
    end
    M.preview(resolved.edit, function(applied, why)
      message.event('EditDone', { applied = applied, reason = why })
    end)
  end)
end

--- make asks for an edit: of one action, or of the one a person picks.
---@param name string
---@param s rigrun.Subject
function M.make(name, s)
  if running then
    return message.tell({ kind = 'nothing', message = 'an edit is being made; stop it first' })
  end
  M.offered(name, s, function(actions)
    if #actions == 1 then
      return resolve(actions[1], s.bufnr)
    end
    vim.ui.select(actions, {
      prompt = 'rigrun ' .. name,
      format_item = function(action)
        return action.title
      end,
    }, function(action)
      if action then
        resolve(action, s.bufnr)
      end
    end)
  end)
end

--- edits_of lists the text edits of a workspace edit that is about one open buffer;
--- nil where it does more.
---@param edit table
---@return integer? bufnr
---@return table[]? edits
---@return integer? version
local function edits_of(edit)
  if edit.documentChanges then
    if #edit.documentChanges ~= 1 or edit.documentChanges[1].kind then
      return nil
    end
    local change = edit.documentChanges[1]
    return vim.uri_to_bufnr(change.textDocument.uri), change.edits, change.textDocument.version
  end
  local uri, edits = next(edit.changes or {})
  if not uri or next(edit.changes, uri) then
    return nil
  end
  return vim.uri_to_bufnr(uri), edits, nil
end

--- plain is a workspace edit without its annotations, which have Neovim 0.12 ask once more.
---@param edit table
---@return table
local function plain(edit)
  edit = vim.deepcopy(edit)
  edit.changeAnnotations = nil
  for _, change in ipairs(edit.documentChanges or {}) do
    change.annotationId = nil
    for _, text_edit in ipairs(change.edits or {}) do
      text_edit.annotationId = nil
    end
  end
  return edit
end

--- confirm makes an edit that is not text in one buffer, such as a new file, once a
--- person agrees: there is nothing to compare it with.
---@param edit table
---@param encoding string
---@param done fun(applied: boolean, reason: string?)
local function confirm(edit, encoding, done)
  local names = {}
  for _, change in ipairs(edit.documentChanges or {}) do
    if change.kind then
      names[#names + 1] = ('%s %s'):format(change.kind, vim.fn.fnamemodify(vim.uri_to_fname(change.uri or change.newUri), ':t'))
    end
  end
  local what = #names > 0 and table.concat(names, ', ') or 'change several files'
  vim.ui.select({ 'yes', 'no' }, { prompt = 'rigrun: ' .. what .. '?' }, function(choice)
    if choice ~= 'yes' then
      return done(false, 'it was rejected')
    end
    vim.lsp.util.apply_workspace_edit(plain(edit), encoding)
    done(true)
  end)
end

--- preview shows a workspace edit. done is told whether anything was changed.
---@param edit table?
---@param done fun(applied: boolean, reason: string?)
function M.preview(edit, done)
  local c = client.running()
  if not edit or not c then
    done(false, 'there is no edit')
    return
  end
  local bufnr, edits, version = edits_of(edit)
  if not bufnr then
    return confirm(edit, c.offset_encoding, done)
  end
  if not vim.api.nvim_buf_is_loaded(bufnr) then
    vim.fn.bufload(bufnr)
  end
  local known = vim.lsp.util.buf_versions[bufnr]
  if type(version) == 'number' and known and known ~= version then
    message.tell({ kind = 'changed', message = 'the code was changed in the meantime' })
    return done(false, 'the code was changed in the meantime')
  end
  require('rigrun.preview').open(bufnr, edits, c.offset_encoding, done)
end

--- on_apply answers the server's workspace/applyEdit: Neovim lets a handler yield
--- until a person has decided.
function M.on_apply(_, params)
  local co = coroutine.running()
  local decided, applied, reason = false, false, nil
  local waiting = false
  M.preview(params.edit, function(a, why)
    decided, applied, reason = true, a, why
    message.event('EditDone', { applied = a, reason = why })
    if waiting then
      coroutine.resume(co)
    end
  end)
  if not decided then
    waiting = true
    coroutine.yield()
  end
  return { applied = applied, failureReason = not applied and (reason or 'it was rejected') or nil }
end

--- show_in goes to a window with the buffer, and to a row of it.
---@param bufnr integer
---@param row integer from 1
local function show_in(bufnr, row)
  local win = vim.fn.win_findbuf(bufnr)[1]
  if win then
    vim.api.nvim_set_current_win(win)
  else
    vim.cmd('sbuffer ' .. bufnr)
  end
  vim.api.nvim_win_set_cursor(0, { row, 0 })
end

--- apply_block has the server read a code block as an edit of the code that the
--- conversation's last question was about, and previews it there.
---@param t rigrun.Talk?
---@param block { text: string, language: string }
function M.apply_block(t, block)
  local place = t and t.place
  local bufnr, range = subject.place_now(place)
  if not bufnr then
    return message.tell({ kind = 'nothing', message = 'the question was about no code, so there is no place to apply this to' })
  end
  local params = {
    uri = subject.uri(bufnr),
    range = range,
    text = ('```%s\n%s\n```\n'):format(block.language, block.text),
    action = t.last and t.last.action,
  }
  client.request('rigrun/edit/propose', params, { bufnr = bufnr }, function(err, result)
    if err then
      return message.tell(err)
    elseif result.refused then
      return message.tell({ kind = 'nothing', message = result.refused })
    end
    show_in(bufnr, range.start.line + 1)
    local edits = vim.list_extend(vim.deepcopy(result.imports), result.edits)
    require('rigrun.preview').open(bufnr, edits, subject.encoding(), function(applied, why)
      message.event('EditDone', { applied = applied, reason = why })
    end)
  end)
end

return M
