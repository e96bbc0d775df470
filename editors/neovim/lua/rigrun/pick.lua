--- What is picked from a list: models, modes, conversations. All by vim.ui.select,
--- which picker plugins take over.
local client = require('rigrun.client')
local message = require('rigrun.message')

local M = {}

--- ask sends a request and hands on what came of it; errors are told.
local function ask(method, params, done)
  client.request(method, params, {}, function(err, result)
    if err then
      return message.tell(err)
    end
    done(result)
  end)
end

--- models picks which model, or which mode, the chat asks.
function M.models()
  ask('rigrun/models', vim.empty_dict(), function(result)
    local choices = { { label = 'as configured' } }
    for _, model in ipairs(result.models) do
      local about = { model.tier, model.backend }
      if model.loaded then
        about[#about + 1] = 'loaded'
      end
      if model.default then
        about[#about + 1] = 'default'
      end
      choices[#choices + 1] = { what = 'model', value = model.id, label = ('%s (%s)'):format(model.id, table.concat(about, ', ')) }
    end
    for _, mode in ipairs({ 'auto', 'local', 'cloud' }) do
      choices[#choices + 1] = { what = 'mode', value = mode, label = 'mode ' .. mode }
    end
    vim.ui.select(choices, {
      prompt = 'rigrun model',
      format_item = function(c)
        return c.label
      end,
    }, function(c)
      if not c then
        return
      end
      local chat = require('rigrun.chat')
      if c.what then
        chat.choose(c.what, c.value)
      else
        chat.choose('model', nil)
        chat.choose('mode', nil)
      end
    end)
  end)
end

---@param summary table
---@return string
local function title(summary)
  return ('%s  %s  (%d messages)'):format(summary.updatedAt:sub(1, 16):gsub('T', ' '), summary.title, summary.messageCount)
end

--- conversations picks one to go on with: all of them, or those in which words are found.
---@param words? string
function M.conversations(words)
  local show = function(summaries)
    if #summaries == 0 then
      return message.tell({ kind = 'nothing', message = 'there are no such conversations' })
    end
    vim.ui.select(summaries, { prompt = 'rigrun conversation', format_item = title }, function(summary)
      if summary then
        require('rigrun.chat').resume(summary.conversationId)
      end
    end)
  end
  if words and words ~= '' then
    return ask('rigrun/conversations/search', { query = words }, function(result)
      show(vim.tbl_map(function(item)
        return item.summary
      end, result.items))
    end)
  end
  ask('rigrun/conversations/list', { limit = 200 }, function(result)
    show(result.items)
  end)
end

--- resume goes on with the conversation that was used last.
function M.resume()
  ask('rigrun/conversations/list', { limit = 1 }, function(result)
    if #result.items == 0 then
      return message.tell({ kind = 'nothing', message = 'there are no conversations yet' })
    end
    require('rigrun.chat').resume(result.items[1].conversationId)
  end)
end

--- stats shows what the server did.
function M.stats()
  ask('rigrun/stats', vim.empty_dict(), function(s)
    local text = ('%d answers, %.1f tokens/s, first token %.0f ms; cache: %d of %d questions; today %.2f ct spent, %.2f ct saved'):format(
      s.requests,
      s.tokensPerSecond,
      s.firstTokenMs.p50,
      s.cache.exactHits + s.cache.semanticHits,
      s.cache.exactHits + s.cache.semanticHits + s.cache.misses,
      s.costTodayCents,
      s.savedTodayCents
    )
    message.info(text)
  end)
end

return M
