package config

import (
	"errors"
	"fmt"
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

// Checks look into the files that a configuration names, as config itself
// cannot. What is nil is not checked.
type Checks struct {
	Database func(path string) error
	Feed     func(Feed) error
	// Certificate tells whether one can be served with.
	Certificate func(TLS) error
	Machine     Machine // whether it has what is configured
	// SourcesLater leaves the sources out: one that is not there yet, such as
	// a disk that is mounted later, is read as soon as it is.
	SourcesLater bool
}

// readable returns an error for what is no folder, or one that cannot be listed.
func readable(folder string) error {
	info, err := os.Stat(folder) // to open a pipe would wait for who writes it
	if err == nil && !info.IsDir() {
		return fmt.Errorf("%s is no folder", folder)
	}
	if err == nil {
		_, err = os.ReadDir(folder)
	}
	return err
}

// Verify checks what the text of a file cannot tell: that the sources are
// there and can be read, that environment variables are set, and what checks
// says of other files. Its error is an *Error.
func (c *Config) Verify(file string, checks Checks) error {
	f := faults{file: file}
	for _, s := range c.Sources {
		if err := s.verify(); err != nil {
			f.add(s.line, "%v", err)
		}
		if checks.SourcesLater || s.Folder == "" {
			continue
		}
		if err := readable(s.Folder); err != nil {
			f.add(s.line, "cannot read the source: %v", err)
		}
	}
	for _, path := range c.Geo.Databases {
		if checks.Database == nil {
			break
		}
		if err := checks.Database(path); err != nil {
			f.add(c.lines["geo.databases "+path], "%v", err)
		}
	}
	if checks.Certificate != nil && c.TLS.Certificate != "" {
		if err := checks.Certificate(c.TLS); err != nil {
			f.add(c.lines["tls"], "%v", err)
		}
	}
	if err := c.checkMemory(checks.Machine); err != nil {
		f.add(c.lines["memory"], "%v", err)
	}
	for _, feed := range c.Threat.Feeds {
		if _, err := feed.Header(); err != nil {
			f.add(feed.line, "%v", err)
		}
		if checks.Feed == nil {
			continue
		}
		if err := checks.Feed(feed); err != nil {
			f.add(feed.line, "%v", err)
		}
	}
	return f.err()
}

// Folders returns the folders of all sources that have one.
func (c *Config) Folders() (folders []string) {
	for _, s := range c.Sources {
		if s.Folder != "" {
			folders = append(folders, s.Folder)
		}
	}
	return folders
}

// Accounts returns the sources that are storage accounts.
func (c *Config) Accounts() (accounts []Source) {
	for _, s := range c.Sources {
		if s.Azure != "" {
			accounts = append(accounts, s)
		}
	}
	return accounts
}
