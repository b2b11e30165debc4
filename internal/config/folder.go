package config

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
)

// DefaultData returns the folder of the store where neither a flag nor the
// configuration names one.
func DefaultData() (string, error) {
	return dataFolder(runtime.GOOS, os.Getenv)
}

// dataFolder follows the custom of each system for data that an application
// keeps for a user.
func dataFolder(goos string, getenv func(string) string) (string, error) {
	var base string
	switch goos {
	case "windows":
		base = getenv("LOCALAPPDATA")
	case "darwin":
		if home := getenv("HOME"); home != "" {
			base = filepath.Join(home, "Library", "Application Support")
		}
	default:
		base = getenv("XDG_DATA_HOME")
		if home := getenv("HOME"); !filepath.IsAbs(base) && home != "" {
			base = filepath.Join(home, ".local", "share")
		}
	}
	if base == "" {
		return "", errors.New("cannot find the user's folder for data, because no environment variable names it; name the folder of the store with --data DIR")
	}
	return filepath.Join(base, "weir"), nil
}

// Verify checks what the text of a file cannot tell: that the sources are
// there and can be read. Its error is an *Error.
func (c *Config) Verify(file string) error {
	f := faults{file: file}
	for _, s := range c.Sources {
		if _, err := os.ReadDir(s.Folder); err != nil {
			f.add(s.line, "cannot read the source: %v", err)
		}
	}
	return f.err()
}

// Folders returns the folders of all sources.
func (c *Config) Folders() []string {
	folders := make([]string, len(c.Sources))
	for i, s := range c.Sources {
		folders[i] = s.Folder
	}
	return folders
}
