--- What there is to know about an answer beyond its heading: why its model answered,
--- what it took, whose answer a kept one was, and what the model was not sent.
local client = require('rigrun.client')
local message = require('rigrun.message')

local M = {}

---@class rigrun.Facts what is known of an answer so far
---@field route table RouteDecision
---@field cache? table CacheInfo
---@field result? table what rigrun/chat returned

---@param route table
---@return string[]
local function of_route(route)
  local lines = { ('**%s · %s · %s**'):format(route.tier, route.backend, route.model), '' }
  if (route.reason or '') ~= '' then
    vim.list_extend(lines, { route.reason, '' })
  end
  lines[#lines + 1] = ('- %s, %s'):format(route.complexity, route.classification)
  return lines
end

--- of_result is what an answer took; of one that was kept, or is under way, nothing.
---@param result? table
---@return string[]
local function of_result(result)
  if not result or not result.usage or result.route.tier == 'cache' then
    return {}
  end
  local lines = { ('- %d tokens in, %d out'):format(result.usage.promptTokens, result.usage.completionTokens) }
  if result.metrics and (result.metrics.tokensPerSecond or 0) > 0 then
    lines[1] = lines[1] .. (', %.0f a second'):format(result.metrics.tokensPerSecond)
  end
  if (result.costCents or 0) > 0 then
    lines[1] = lines[1] .. (', %.2f ct'):format(result.costCents)
  end
  return lines
end

---@param left? { name?: string, uri?: string, reason: string }[]
---@return string[]
local function of_left(left)
  local lines = {}
  for _, item in ipairs(left or {}) do
    lines[#lines + 1] = ('- %s %s'):format(item.name or item.uri and vim.uri_to_fname(item.uri) or 'something', item.reason)
  end
  return #lines > 0 and vim.list_extend({ '', 'Not sent to the model:', '' }, lines) or {}
end

--- of_entry is the question that a kept answer was made for.
---@param cache table
---@param entry table as rigrun/cache/entry returns it
---@return string[]
local function of_entry(cache, entry)
  local alike = cache.similarity and (' (%.2f alike)'):format(cache.similarity) or ''
  local lines = { '', ('Kept since %s, from %s%s:'):format(entry.createdAt:sub(1, 10), entry.model, alike), '' }
  for line in vim.gsplit(entry.question or '', '\n') do
    lines[#lines + 1] = '> ' .. line
  end
  return lines
end

---@param lines string[]
local function show(lines)
  vim.lsp.util.open_floating_preview(lines, 'markdown', { border = 'rounded', focus_id = 'rigrun.details', max_width = 80 })
end

--- show shows what is known of an answer in a float at the cursor; once more goes into it.
---@param facts? rigrun.Facts
function M.show(facts)
  if not facts then
    return message.tell({ kind = 'nothing', message = 'the cursor is not in an answer' })
  end
  local lines = of_route(facts.route)
  vim.list_extend(lines, of_result(facts.result))
  vim.list_extend(lines, of_left(facts.result and facts.result.left))
  local entry = facts.cache and facts.cache.entryId
  if not entry or entry == '' then
    return show(lines)
  end
  client.request('rigrun/cache/entry', { entryId = entry }, {}, function(err, found)
    -- One that is not kept any more has no question to show.
    show(err and lines or vim.list_extend(lines, of_entry(facts.cache, found)))
  end)
end

return M
