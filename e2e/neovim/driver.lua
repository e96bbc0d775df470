-- Runs in the Neovim under test: takes a JSON object a line from standard input,
-- {"code": Lua, "args": [...]}, and answers each with {"result": …} or {"error": "…"}.
local rest = ''
local channel

local function run(line)
  local request = vim.json.decode(line, { luanil = { object = true, array = true } })
  local chunk, problem = loadstring(request.code)
  local answer = { error = problem }
  if chunk then
    local ok, result = xpcall(chunk, debug.traceback, unpack(request.args or {}))
    -- An empty table would be written as a list.
    answer = ok and { result = result == nil and vim.NIL or result } or { error = tostring(result) }
  end
  vim.fn.chansend(channel, vim.json.encode(answer) .. '\n')
end

channel = vim.fn.stdioopen({
  on_stdin = function(_, data)
    if #data == 1 and data[1] == '' then
      vim.cmd('qall!')
    end
    data[1] = rest .. data[1]
    rest = table.remove(data)
    for _, line in ipairs(data) do
      run(line)
    end
  end,
})

--- Screen is what a person would see, a string for each line.
function _G.Screen()
  vim.cmd('redraw')
  local lines = {}
  for row = 1, vim.o.lines do
    local cells = {}
    for col = 1, vim.o.columns do
      cells[col] = vim.fn.screenstring(row, col)
    end
    lines[row] = (table.concat(cells):gsub('%s+$', ''))
  end
  return table.concat(lines, '\n')
end

-- What was said, and the plugin's events, for tests.
_G.Said, _G.Events = {}, {}
vim.notify = function(text) -- luacheck: ignore 122
  table.insert(_G.Said, text)
end
vim.api.nvim_create_autocmd('User', {
  pattern = 'Rigrun*',
  callback = function(args)
    table.insert(_G.Events, args.match)
  end,
})
