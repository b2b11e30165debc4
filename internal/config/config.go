// Package config is what a configuration file may say and what holds where it
// says nothing. Faults are reported all at once, each with its line.
package config

import (
	"log/slog"
	"time"
)

// Config is the effective configuration. The comments of its fields are the
// reference page; its keys are the yaml tags.
type Config struct {
	// Data is the folder of the store. A path that is not absolute starts at
	// the folder of the configuration file; `~/` is the home folder. The flag
	// `--data` goes before it. Default: the folder for data of the user, on
	// Linux `$XDG_DATA_HOME/weir` or `~/.local/share/weir`.
	Data string `yaml:"data"`
	// Interval is the width of reduction of a new store: `1m`, `10m` or `60m`.
	// A store keeps the width it was made with; to name another one here is an
	// error. Default: `10m` for a new store.
	Interval time.Duration `yaml:"interval"`
	// Sources are the places from which `weir serve` reads flow logs, again
	// and again. Default: none.
	Sources []Source `yaml:"sources"`
	// PollInterval is how long `weir serve` waits, after it has read the
	// sources, before it looks at them again: from `100ms` to `24h`.
	// Default: `2s`.
	PollInterval time.Duration `yaml:"poll-interval"`
	// Workers is how many log objects are read at the same time, 0 to 256;
	// 0 means one for each processor. Default: `0`.
	Workers int `yaml:"workers"`
	// Listen is the address, `HOST:PORT`, at which `weir serve` serves the page
	// and the API. Port 0 takes any free port. An address that other machines
	// can reach needs the flag `--allow-remote`. Default: `127.0.0.1:8750`.
	Listen string `yaml:"listen"`
	// LogLevel is the least important kind of log line that `weir serve`
	// writes to stderr: `debug`, `info`, `warn` or `error`. Default: `info`.
	LogLevel slog.Level `yaml:"log-level"`
	// LogFormat is the form of the log lines: `text` (key=value) or `json`
	// (one object a line). Default: `text`.
	LogFormat LogFormat `yaml:"log-format"`

	origins map[string]string // where a value came from, by key; absent: it is the default
}

// Source is one place where log objects lie.
type Source struct {
	// Folder is read with all folders in it: files that end in .json, .ndjson
	// or .jsonl, and these with .gz. A path that is not absolute starts at the
	// folder of the configuration file; `~/` is the home folder. Required.
	Folder string `yaml:"folder"`

	line int // in the configuration file
}

// LogFormat is the form of log lines.
type LogFormat string

// The forms of log lines.
const (
	LogText LogFormat = "text"
	LogJSON LogFormat = "json"
)

// Default returns the configuration that holds where nothing is said. Its
// Interval is 0: that of the store, or 10m for a new one.
func Default() *Config {
	return &Config{
		PollInterval: 2 * time.Second,
		Listen:       "127.0.0.1:8750",
		LogLevel:     slog.LevelInfo,
		LogFormat:    LogText,
		origins:      map[string]string{},
	}
}

// NewInterval returns the width of reduction that a new store gets.
func (c *Config) NewInterval() time.Duration {
	if c.Interval == 0 {
		return 10 * time.Minute
	}
	return c.Interval
}
