local M = {}
-- Adds.
function M.add(a, b)
  if a == nil then
    return b
  end
  for i = 1, 10 do print(i) end
  return a + b
end
return M
