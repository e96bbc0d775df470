-- Declares what the plugin offers and loads none of it: everything below
-- requires its module when it is used for the first time.
if vim.g.loaded_rigrun then
  return
end
vim.g.loaded_rigrun = true
-- Systems ship older ones, in which the modules below would fail with a stack trace.
if vim.fn.has('nvim-0.10') == 0 then
  vim.cmd("command! -nargs=* -range Rigrun echohl ErrorMsg | echo 'rigrun needs Neovim 0.10 or later' | echohl None")
  return
end

vim.api.nvim_create_user_command('Rigrun', function(args)
  require('rigrun.commands').run(args)
end, {
  nargs = '*',
  range = true,
  desc = 'Ask rigrun about code (:help rigrun-commands)',
  complete = function(lead, line)
    return require('rigrun.commands').complete(lead, line)
  end,
})

for _, name in ipairs({ 'explain', 'fix', 'refactor', 'document', 'tests', 'review', 'ask', 'chat', 'stop' }) do
  local title = 'rigrun: ' .. name
  vim.keymap.set('n', '<Plug>(rigrun-' .. name .. ')', '<Cmd>Rigrun ' .. name .. '<CR>', { desc = title })
  -- A colon in visual mode inserts the range of the selection.
  vim.keymap.set('x', '<Plug>(rigrun-' .. name .. ')', ':Rigrun ' .. name .. '<CR>', { desc = title, silent = true })
end
