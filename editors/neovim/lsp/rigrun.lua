-- For vim.lsp.enable('rigrun') in Neovim 0.11 and later: the server is then
-- attached to every file from the start, not from the first use of :Rigrun.
return require('rigrun.client').enabled()
