package geo

import (
	"embed"
	"errors"
	"io/fs"
)

//go:embed all:data
var data embed.FS

// ErrNotEmbedded is returned where this binary was built without a database.
var ErrNotEmbedded = errors.New("no country database was built in: build with make, or name one in the configuration")

// Embedded returns the database that was built into this binary, or
// ErrNotEmbedded. It reads it anew at every call.
func Embedded() (*Database, error) {
	file, err := data.Open("data/country.geo.gz")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotEmbedded
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return Read("built in", file)
}
