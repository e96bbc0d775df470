--- The connection to the server: one client for all of Neovim, started at the
--- first use and again where it has ended.
local message = require('rigrun.message')

local M = {}

--- Streams by their partial result token.
---@type table<string, fun(value: table)>
local streams = {}

--- What runs, so that it can be failed when the server ends.
---@type table<rigrun.Call, true>
local calls = {}

---@class rigrun.Call one request under way
---@field stop fun() asks the server to give it up; the callback is called with the kind `cancelled`
---@field fail fun(err: rigrun.Error)

---@type table? the server's last rigrun/status
M.status = nil

local new_client = vim.fn.has('nvim-0.11') == 1

--- What the plugin's own tokens begin with.
local prefix = ('rigrun.nvim-%d-'):format(vim.uv.os_getpid())

--- on_progress takes the values of the plugin's own tokens, those of a stopped
--- answer too; all others go to Neovim, which tells progress widgets of them.
local function on_progress(err, params, ctx, config)
  local token = params and params.token
  if type(token) == 'string' and vim.startswith(token, prefix) then
    if streams[token] then
      streams[token](params.value)
    end
    return
  end
  return vim.lsp.handlers['$/progress'](err, params, ctx, config)
end

local function on_status(_, params)
  M.status = params
  message.event('Status', params)
end

--- on_exit fails what was under way.
local function on_exit(code, signal)
  vim.schedule(function()
    M.status = nil
    local lost = vim.tbl_keys(calls)
    calls, streams = {}, {}
    for _, call in ipairs(lost) do
      call.fail({
        kind = 'lost',
        message = ('the server ended (exit status %d, signal %d)'):format(code, signal),
        hint = 'The next question starts it again; :checkhealth rigrun says more',
      })
    end
    message.event('Exit', { code = code, signal = signal })
  end)
end

local function capabilities()
  local c = vim.lsp.protocol.make_client_capabilities()
  c.experimental = vim.tbl_deep_extend('force', c.experimental or {}, { rigrun = { status = true, conversationId = true } })
  return c
end

--- config is the client's configuration, as vim.lsp.config and vim.lsp.start take it.
---@return table
function M.config()
  local found = require('rigrun.finder').find()
  local settings = require('rigrun.config').get().settings
  settings = next(settings) and settings or vim.empty_dict() -- else it would be written as a list
  return {
    name = 'rigrun',
    cmd = found.cmd or { 'rigrun-lsp' },
    root_markers = { '.git' },
    init_options = settings,
    settings = { rigrun = settings },
    capabilities = capabilities(),
    handlers = {
      ['$/progress'] = on_progress,
      ['rigrun/status'] = on_status,
      ['workspace/applyEdit'] = function(...)
        return require('rigrun.edit').on_apply(...)
      end,
    },
    on_exit = on_exit,
    on_attach = function(client, bufnr)
      if require('rigrun.config').get().inline_completion and vim.lsp.inline_completion then
        vim.lsp.inline_completion.enable(true, { bufnr = bufnr, client_id = client.id })
      end
    end,
  }
end

--- enabled is the configuration for vim.lsp.enable: one client for the files of all folders.
---@return table
function M.enabled()
  local config = M.config()
  config.root_markers = nil
  config.root_dir = function(bufnr, start)
    if vim.api.nvim_buf_get_name(bufnr) ~= '' then
      start(M._root(bufnr))
    end
  end
  config.reuse_client = function(client, wanted)
    local same = client.name == wanted.name and not client.rpc.is_closing()
    if same and client.initialized then
      M._add_folder(client, wanted.root_dir)
    end
    return same
  end
  return config
end

--- The client this module started; one that vim.lsp.enable started is found by its name.
---@type integer?
local started

--- running is the server's client, which may not be initialized yet, or nil.
---@return vim.lsp.Client?
function M.running()
  local client = started and vim.lsp.get_client_by_id(started) or vim.lsp.get_clients({ name = 'rigrun' })[1]
  if client and not client.rpc.is_closing() then
    return client
  end
end

---@param bufnr integer
local function is_file(bufnr)
  return vim.api.nvim_buf_is_loaded(bufnr) and vim.bo[bufnr].buftype == '' and vim.api.nvim_buf_get_name(bufnr) ~= ''
end

---@param bufnr integer
---@return string
function M._root(bufnr)
  local name = is_file(bufnr) and vim.api.nvim_buf_get_name(bufnr) or nil
  return name and (vim.fs.root(name, '.git') or vim.fs.dirname(name)) or vim.uv.cwd()
end

--- _add_folder tells a running server of a further folder.
function M._add_folder(client, dir)
  local uri = vim.uri_from_fname(dir)
  client.workspace_folders = client.workspace_folders or {}
  for _, folder in ipairs(client.workspace_folders) do
    if vim.startswith(uri .. '/', folder.uri .. '/') then
      return
    end
  end
  local folder = { uri = uri, name = dir }
  table.insert(client.workspace_folders, folder)
  M.notify(client, 'workspace/didChangeWorkspaceFolders', { event = { added = { folder }, removed = {} } })
end

--- attach has the server know a buffer; it starts the server where none runs.
---@param bufnr integer
---@return vim.lsp.Client?, rigrun.Error?
function M.attach(bufnr)
  local client = M.running()
  if not client then
    local found = require('rigrun.finder').find()
    if not found.cmd then
      return nil, { kind = 'no_server', message = found.missing }
    end
    local config = M.config()
    if vim.lsp.config then
      vim.lsp.config('rigrun', config)
      config = vim.deepcopy(vim.lsp.config.rigrun)
    end
    config.root_dir = M._root(bufnr)
    started = vim.lsp.start(config, { bufnr = bufnr, attach = is_file(bufnr) })
    client = started and vim.lsp.get_client_by_id(started)
    if not client then
      return nil, { kind = 'no_server', message = 'the server did not start: ' .. table.concat(config.cmd, ' ') }
    end
    M._follow()
    return client
  end
  if is_file(bufnr) then
    M._add_folder(client, M._root(bufnr))
    vim.lsp.buf_attach_client(bufnr, client.id)
  end
  return client
end

--- _follow attaches the files that are open and those that are opened later, while
--- the server runs.
function M._follow()
  local group = vim.api.nvim_create_augroup('rigrun.attach', {})
  for _, bufnr in ipairs(vim.api.nvim_list_bufs()) do
    if is_file(bufnr) then
      M.attach(bufnr)
    end
  end
  vim.api.nvim_create_autocmd({ 'BufReadPost', 'BufNewFile', 'BufWritePost' }, {
    group = group,
    callback = function(args)
      if M.running() and is_file(args.buf) then
        M.attach(args.buf)
      end
    end,
  })
end

function M.notify(client, method, params)
  if new_client then
    client:notify(method, params)
  else
    client.notify(method, params)
  end
end

--- request asks the server. done is called once, with an error or a result.
---@param method string
---@param params table
---@param opts { bufnr?: integer, stream?: fun(value: table) }
---@param done fun(err: rigrun.Error?, result: any)
---@return rigrun.Call?
function M.request(method, params, opts, done)
  local bufnr = opts.bufnr or vim.api.nvim_get_current_buf()
  local client, err = M.attach(bufnr)
  if not client then
    done(err)
    return nil
  end
  local call, token = {}, nil
  local finish = function(e, result)
    if not done then
      return
    end
    local callback = done
    done, calls[call] = nil, nil
    if token then
      streams[token] = nil
    end
    callback(e, result)
  end
  if opts.stream then
    token = M._token()
    streams[token], params.partialResultToken = opts.stream, token
  end
  calls[call] = true
  call.fail = finish
  M._send(client, method, params, bufnr, call, finish)
  return call
end

local count = 0

function M._token()
  count = count + 1
  return prefix .. count
end

--- _send puts a request on the wire. A client that is still initializing gets it
--- afterwards: Neovim refuses it before.
function M._send(client, method, params, bufnr, call, finish)
  local stopped = false
  call.stop = function()
    stopped = true
    finish({ kind = 'cancelled', message = 'stopped' })
  end
  local function send()
    if stopped then
      return
    end
    local handler = function(e, result)
      finish(e and message.of_response(e) or nil, result)
    end
    local ok, id
    if new_client then
      ok, id = client:request(method, params, handler, bufnr)
    else
      ok, id = client.request(method, params, handler, bufnr)
    end
    if not ok then
      return finish({ kind = 'lost', message = 'the server has ended', hint = ':checkhealth rigrun says more' })
    end
    call.stop = function()
      if new_client then
        client:cancel_request(id)
      else
        client.cancel_request(id)
      end
      -- Neovim keeps the response of a cancelled request to itself.
      finish({ kind = 'cancelled', message = 'stopped' })
    end
  end
  M._when_ready(client, send, finish)
end

--- _when_ready calls f once the client has been initialized.
function M._when_ready(client, f, finish)
  if client.initialized then
    return f()
  end
  local timer = assert(vim.uv.new_timer())
  local waited = 0
  timer:start(
    5,
    5,
    vim.schedule_wrap(function()
      if timer:is_closing() then
        return
      end
      waited = waited + 5
      local gone = not vim.lsp.get_client_by_id(client.id)
      if client.initialized or gone or waited > 30000 then
        timer:close()
        if client.initialized then
          f()
        else
          finish({ kind = 'no_server', message = 'the server did not start', hint = ':checkhealth rigrun says more' })
        end
      end
    end)
  )
end

--- request_sync asks and waits, for what Vim itself wants at once. It never starts a server.
---@param method string
---@param params table
---@param timeout integer milliseconds
---@return any result nil where there was none in time
function M.request_sync(method, params, timeout)
  local client = M.running()
  if not client or not client.initialized then
    return nil
  end
  local ask = client.request_sync
  local answer
  if new_client then
    answer = ask(client, method, params, timeout, 0)
  else
    answer = ask(method, params, timeout, 0)
  end
  return answer and answer.result
end

return M
