// Package ui holds the web page of Weir: its source (TypeScript) and, once
// "npm run build" ran in this folder, the built page inside the binary.
package ui

import (
	"embed"
	"io/fs"
)

// dist always holds a .gitignore, so that Go code builds where Node is absent.
//
//go:embed all:dist
var dist embed.FS

// FS returns the built page, with index.html at its top. It reports false
// where the page was not built before the binary was.
func FS() (fs.FS, bool) {
	return built(dist)
}

// built looks for the page in a tree that has the shape of this folder.
func built(tree fs.FS) (fs.FS, bool) {
	page, err := fs.Sub(tree, "dist/app")
	if err != nil {
		return nil, false
	}
	if _, err := fs.Stat(page, "index.html"); err != nil {
		return nil, false
	}
	return page, true
}
