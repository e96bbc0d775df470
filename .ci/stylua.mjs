// Lays Lua out by StyLua, as editors/neovim/stylua.toml says.
//
//   node .ci/stylua.mjs PACKAGE check|write FILE…
//
// PACKAGE is the folder of the npm package @johnnymorganz/stylua, which is StyLua as
// WebAssembly. check names the files that are laid out otherwise and exits with 1.
import { createRequire } from 'node:module'
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'

const [folder, mode, ...files] = process.argv.slice(2)
const stylua = createRequire(import.meta.url)(resolve(folder))

const settings = readFileSync(new URL('../editors/neovim/stylua.toml', import.meta.url), 'utf8')
const enums = { indent_type: stylua.IndentType, quote_style: stylua.QuoteStyle }

// configuration is made for each file: formatCode takes it over.
function configuration() {
  const config = stylua.Config.new()
  config.syntax = stylua.LuaVersion.LuaJIT
  for (const line of settings.split('\n')) {
    const [, key, value] = /^(\w+) = (.+)$/.exec(line) ?? []
    if (key === undefined) continue
    if (!(key in config)) throw new Error(`stylua.toml: there is no setting ${key}`)
    config[key] = key in enums ? enums[key][JSON.parse(value)] : JSON.parse(value)
  }
  return config
}

let wrong = 0
for (const file of files) {
  const text = readFileSync(file, 'utf8')
  const laid = stylua.formatCode(text, configuration(), undefined, stylua.OutputVerification.Full)
  if (laid === text) continue
  if (mode === 'write') {
    writeFileSync(file, laid)
  } else {
    console.log(`not in StyLua's form (make fmt-lua writes it): ${file}`)
    wrong++
  }
}
process.exit(wrong === 0 ? 0 : 1)
