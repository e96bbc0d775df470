--- rigrun: an AI language server in Neovim. `setup` is optional; :help rigrun.
local M = {}

--- setup puts settings in force. What does not fit is named and keeps its default.
---@param settings? table<string, any>
function M.setup(settings)
  require('rigrun.config').set(settings)
  if not require('rigrun.config').get().autostart then
    return
  end
  vim.api.nvim_create_autocmd({ 'BufReadPost', 'BufNewFile' }, {
    group = vim.api.nvim_create_augroup('rigrun.autostart', {}),
    callback = function(args)
      if vim.bo[args.buf].buftype ~= '' then
        return
      end
      local client, err = require('rigrun.client').attach(args.buf)
      if not client and err then
        require('rigrun.message').tell(err)
      end
      return true
    end,
  })
end

--- statusline is what the server does, in a few words: "" where it does not run. It
--- loads nothing, so that a statusline costs nothing before the first use.
---@return string
function M.statusline()
  local client = package.loaded['rigrun.client']
  local status = client and client.status
  if not status then
    return ''
  end
  if status.state == 'streaming' then
    local answers = ('%s %s'):format(status.tier or '', status.model or '')
    local speed = status.tokensPerSecond -- absent until there is one
    return speed and ('%s %.0f/s'):format(answers, speed) or answers
  end
  return status.state == 'idle' and 'rigrun' or 'rigrun ' .. status.state
end

return M
