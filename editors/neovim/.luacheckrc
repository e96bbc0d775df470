-- Neovim's Lua: LuaJIT, and the global vim, whose fields are written to.
std = 'luajit'
globals = { 'vim' }
max_line_length = 160
