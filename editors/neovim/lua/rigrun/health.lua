--- `:checkhealth rigrun`.
local M = {}

--- doctor asks the server what it thinks of itself, and waits.
---@return table[]? checks
---@return rigrun.Error? err
local function doctor()
  local answer, failed
  require('rigrun.client').request('rigrun/doctor', vim.empty_dict(), {}, function(err, result)
    answer, failed = result, err
  end)
  vim.wait(15000, function()
    return answer ~= nil or failed ~= nil
  end, 20)
  if not answer and not failed then
    failed = { kind = 'request', message = 'the server did not answer in 15 seconds' }
  end
  return answer and answer.checks, failed
end

function M.check()
  if vim.fn.has('nvim-0.10') == 0 then
    -- Where it is older, these functions have other names and another place.
    local old = vim.health or require('health')
    local report = old.error or old.report_error
    report('Neovim 0.10 or later is needed')
    return
  end
  local health = vim.health
  health.start('rigrun: the plugin')
  health.ok('Neovim ' .. tostring(vim.version()))
  if pcall(vim.treesitter.language.inspect, 'markdown') then
    health.ok('the chat is highlighted by the Tree-sitter parser for Markdown')
  else
    health.warn('there is no Tree-sitter parser for Markdown; the chat is highlighted by syntax/markdown.vim')
  end
  local found = require('rigrun.finder').find()
  if not found.cmd then
    health.error(found.missing)
    return
  end
  health.ok(('%s, found by %s'):format(table.concat(found.cmd, ' '), found.from))
  health.start('rigrun: the server')
  local checks, err = doctor()
  if err then
    health.error(require('rigrun.message').describe(err))
  end
  for _, c in ipairs(checks or {}) do
    if c.ok then
      health.ok(('%s: %s'):format(c.name, c.detail))
    else
      health.warn(('%s: %s'):format(c.name, c.detail), c.fix and { c.fix } or nil)
    end
  end
end

return M
