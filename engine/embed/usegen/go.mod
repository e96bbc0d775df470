module github.com/rigrun/rigrun-lsp/engine/embed/usegen

go 1.26.0
