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
	// Memory is how much memory the engine of the store may use in `weir serve`,
	// `weir demo` and every command that opens the store itself: `512MB` or more, or
	// `auto`. Questions of users in SQL run beside it, together in as much again,
	// and what Weir itself needs comes to that. `weir ingest` without a
	// `weir serve` stays within 512 MiB in all, whatever this says. Default:
	// `auto`, a quarter of the memory of the machine or of its container, at least
	// `512MB` but no more than half of it.
	Memory Size `yaml:"memory"`
	// Spill is how much of the disk of the store questions may use that need more
	// than their memory while they are answered, half of it those of users in SQL:
	// a size, `auto`, or `0` for none, where such questions fail. Default: `auto`,
	// `10GB` or half of what is free at the start, where that is less.
	Spill Size `yaml:"spill"`
	// Listen is the address, `HOST:PORT`, at which `weir serve` serves the page
	// and the API. Port 0 takes any free port. An address that other machines
	// can reach needs a token, see `weir token`, and `tls` or the flag
	// `--allow-remote`. Default: `127.0.0.1:8750`.
	Listen string `yaml:"listen"`
	// TLS is the certificate that the page and the API are served with. Default:
	// none, and they are served over HTTP.
	TLS TLS `yaml:"tls"`
	// Names are further host names under which the page and the API are asked,
	// such as that of the certificate. Requests for other names are refused,
	// except for `localhost` and the address of `listen`. Default: none.
	Names []string `yaml:"names"`
	// Tokens says who is asked for a token over TCP: `remote`, who is not on this
	// machine or asks for one of `names`, or `always`, everybody, as behind a
	// proxy on this machine, whose connections all come from here. Default:
	// `remote`.
	Tokens Tokens `yaml:"tokens"`
	// LogLevel is the least important kind of log line that `weir serve`
	// writes to stderr: `debug`, `info`, `warn` or `error`. Default: `info`.
	LogLevel slog.Level `yaml:"log-level"`
	// LogFormat is the form of the log lines: `text` (key=value) or `json`
	// (one object a line). Default: `text`.
	LogFormat LogFormat `yaml:"log-format"`
	// Retention is how long flows are kept. Without it nothing is forgotten.
	Retention Retention `yaml:"retention"`
	// Topology says what the estate looks like.
	Topology Topology `yaml:"topology"`
	// Geo says where public addresses are, beyond what is built in.
	Geo Geo `yaml:"geo"`
	// Threat says which addresses count as malicious.
	Threat Threat `yaml:"threat"`
	// Applications are names of services by port and protocol, where they
	// differ from those that IANA registered: `"8443/tcp": https`,
	// `"30000-30099/udp": games`, or `"10250": kubelet` for every protocol.
	// The name `Unknown` takes a name away. Default: none.
	Applications map[string]string `yaml:"applications"`

	origins map[string]string // where a value came from, by key; absent: it is the default
	lines   map[string]int    // of keys, and of items of lists that are one value by key and value
}

// TLS is a certificate and its key, each a file in PEM. A path that is not
// absolute starts at the folder of the configuration file. When the files change
// they are read again, without a restart; of a pair that cannot be read the one
// before it is kept.
type TLS struct {
	// Certificate is the file of the certificate, with those that lead to its
	// root behind it.
	Certificate string `yaml:"certificate"`
	// Key is the file of its key.
	Key string `yaml:"key"`
}

// Tokens says who needs a token.
type Tokens string

// Who needs a token.
const (
	TokensRemote Tokens = "remote"
	TokensAlways Tokens = "always"
)

// Retention is how long what is kept by time is kept, in spans of days: `90d`,
// `12w` or `36h`; 0 is for ever.
type Retention struct {
	// Intervals is how long flows are kept by interval, the finest detail:
	// `90d`, `12w`, or `36h` from `24h` on. `weir serve` forgets whole days, in
	// UTC, and flows only where their sums by day stand. What is forgotten does not come back:
	// logs of that time are counted as too old. `0`: for ever. Default: `0`.
	Intervals Span `yaml:"intervals"`
	// Hours is how long sums by hour are kept, at least as long as
	// `intervals`. `0`: for ever. Default: `0`.
	Hours Span `yaml:"hours"`
	// Days is how long sums by day are kept, at least as long as `hours`.
	// `0`: for ever. Default: `0`.
	Days Span `yaml:"days"`
}

// Span is a length of time in whole hours.
type Span time.Duration

// Topology is how weir serve keeps what it knows of the estate fresh. Who asks
// Azure is found as for weir topology sync.
type Topology struct {
	// Sync is how often `weir serve` takes an inventory from Azure Resource Graph,
	// as `weir topology sync` does: from `5m` to `168h`. One that says nothing new
	// is only noted. `0`: never. Default: `0`.
	Sync time.Duration `yaml:"sync"`
	// ServiceTags is how often `weir serve` asks Azure for its service tags, from
	// `1h` to `720h`: they change every week. It needs the role Reader on a
	// subscription. `0`: never. Default: `0`.
	ServiceTags time.Duration `yaml:"service-tags"`
	// Tenants are ids or domains that are read. Default: that of who asks.
	Tenants []string `yaml:"tenants"`
	// Subscriptions are ids or names that are read. Default: all that who asks can
	// see.
	Subscriptions []string `yaml:"subscriptions"`
}

// Geo is where public addresses are.
type Geo struct {
	// Databases are files of countries and owners of addresses, the best first:
	// MMDB as GeoLite2, GeoIP2, DB-IP and IPinfo have it, also for IPv4 and
	// IPv6 apart. `weir serve` reads a file again when it changes; of one that
	// is broken it keeps what it last read. Behind them is the built-in one.
	// Default: none.
	Databases []string `yaml:"databases"`
	// Sites are where networks on premises are, for the map: by the name of the local
	// network gateway, of the connection where there is none, or of the gateway
	// whose clients they are, of which the end is enough, the latitude and the longitude
	// in degrees, south and west negative: `lng-amsterdam: 52.37, 4.90`.
	// Default: none, and these stand below the map.
	Sites map[string]string `yaml:"sites"`
}

// Threat is where verdicts on addresses come from.
type Threat struct {
	// Feeds are lists of malicious addresses that `weir serve` keeps fresh.
	// Of two that say the same of an address the first decides. Default: none.
	Feeds []Feed `yaml:"feeds"`
	// Shrink is how much of a feed one reading may not drop: a share such as
	// `50%`, and more than ten addresses or networks. Such a reading is kept
	// aside and told as a fault until the next one says the same, or until
	// `weir threat confirm`. `off` takes every reading. Default: `50%`.
	Shrink Share `yaml:"shrink"`
}

// Share is a number of percent, above 100 for none.
type Share int

// Feed is one list of malicious addresses.
type Feed struct {
	// Name is how the feed is called in verdicts. Required.
	Name string `yaml:"name"`
	// Location is a file, or a URL that begins with `https://` or `http://`.
	// A path that is not absolute starts at the folder of the configuration
	// file; `~/` is the home folder. User, password and query of a URL are
	// shown nowhere, not by `weir config show` either. Required.
	Location string `yaml:"location"`
	// Format is the form of the list: `plain` (an address, CIDR or range a
	// line, also netset and ipset), `csv`, `json` (lists of addresses or of
	// objects with one, also JSON lines), `stix` (2.0 and 2.1) or `misp`
	// (events). Default: told by the content.
	Format string `yaml:"format"`
	// Category is what the addresses are that have no category of their own:
	// `C2`, `Botnet`, `Malware`, `MaliciousUrl`, `Phishing`, `CryptoMining`,
	// `DDos`, `DarkNet`, `Proxy`, `PUA` or `WatchList`. Default: `WatchList`.
	Category string `yaml:"category"`
	// Confidence is that of addresses without one of their own, in percent.
	// Default: `50`.
	Confidence int `yaml:"confidence"`
	// Columns are the names or numbers (from 1) of the columns of a CSV, by what
	// they hold: `address`, `category`, `confidence`, `first`, `until`, `detail`.
	// Default: told by their names.
	Columns map[string]string `yaml:"columns"`
	// Every is how often to look at it, from `1m` to `720h`. After a failure
	// it is looked at again after 30 seconds, then after twice that, up to
	// 6 hours. Default: `1h`.
	Every time.Duration `yaml:"every"`
	// Timeout is how long one look may take, from `1s` to `1h`. Default: `1m`.
	Timeout time.Duration `yaml:"timeout"`
	// MaxSize is how large it may be: a number of bytes, or with `KB`, `MB`
	// or `GB` behind it. What is larger is not read. Default: `64MB`.
	MaxSize Size `yaml:"max-size"`
	// Headers are sent with the requests for a URL: `Auth-Key: ${ABUSE_CH_KEY}`.
	// `${NAME}` is replaced by the environment variable of that name, so
	// that no secret needs to be in the file. `weir config show` hides every
	// value without one. Default: none.
	Headers map[string]string `yaml:"headers"`
	// Redirects are hosts, as `https://HOST` or `https://HOST:PORT`, to which
	// the server of a URL may redirect although they are private addresses,
	// this machine, or have another scheme. They are sent no headers, and
	// neither are other hosts. Default: none.
	Redirects []string `yaml:"redirects"`

	line int // in the configuration file
}

// Size is a number of bytes.
type Size int64

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
		Memory:       Auto,
		Spill:        Auto,
		Listen:       "127.0.0.1:8750",
		LogLevel:     slog.LevelInfo,
		LogFormat:    LogText,
		Tokens:       TokensRemote,
		Threat:       Threat{Shrink: 50},
		origins:      map[string]string{},
		lines:        map[string]int{},
	}
}

// NewInterval returns the width of reduction that a new store gets.
func (c *Config) NewInterval() time.Duration {
	if c.Interval == 0 {
		return 10 * time.Minute
	}
	return c.Interval
}
