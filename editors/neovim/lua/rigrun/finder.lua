--- Finds the server's program. The first place that has it counts: the setting
--- `cmd`, PATH, mason.nvim's programs, and bin/ of the repository around this file.
local M = {}

---@class (exact) rigrun.Found
---@field cmd string[]? nil where there is none
---@field from string where it was found, or
---@field missing string? what is missing and what to do

local name = vim.fn.has('win32') == 1 and 'rigrun-lsp.exe' or 'rigrun-lsp'

--- repository is the folder this plugin is a part of, with a slash at its end.
local function repository()
  return vim.fn.fnamemodify(debug.getinfo(1, 'S').source:sub(2), ':p:h:h:h:h:h') .. '/'
end

---@return { path: string, from: string }[]
local function places()
  return {
    { path = vim.fn.exepath(name), from = 'PATH' },
    { path = (vim.env.MASON or vim.fn.stdpath('data') .. '/mason') .. '/bin/' .. name, from = 'mason' },
    { path = repository() .. 'bin/' .. name, from = "the plugin's repository" },
  }
end

---@return rigrun.Found
function M.find()
  local cmd = require('rigrun.config').get().cmd
  if #cmd > 0 then
    if vim.fn.executable(cmd[1]) == 1 then
      return { cmd = cmd, from = 'the setting cmd' }
    end
    return { from = '', missing = ('cmd is %q, and there is no such program'):format(cmd[1]) }
  end
  for _, place in ipairs(places()) do
    if place.path ~= '' and vim.fn.executable(place.path) == 1 then
      return { cmd = { place.path }, from = place.from }
    end
  end
  return {
    from = '',
    missing = "rigrun-lsp was not found on PATH, among mason's programs, nor in "
      .. repository()
      .. 'bin. '
      .. "Install it, or name it: require('rigrun').setup({ cmd = { '/path/to/rigrun-lsp' } })",
  }
end

return M
