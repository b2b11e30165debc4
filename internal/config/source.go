package config

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"weir/internal/plaintext"
)

// Source is one place where log objects lie: a folder, or a storage account.
type Source struct {
	// Folder is read with all folders in it: files that end in .json, .ndjson
	// or .jsonl, and these with .gz. A path that is not absolute starts at the
	// folder of the configuration file; `~/` is the home folder. This or `azure`
	// is required.
	Folder string `yaml:"folder"`
	// Azure is the endpoint of the blobs of a storage account to which Azure
	// writes flow logs, such as `https://ACCOUNT.blob.core.windows.net`, in any of
	// its clouds. What is written is on the page within ten seconds, what lies
	// there already is read beside it, the newest first.
	Azure string `yaml:"azure"`
	// Name is how an account is called on the page and in metrics. Default: the
	// first part of its endpoint.
	Name string `yaml:"name"`
	// Containers are read of an account. Default: those to which Azure writes,
	// `insights-logs-networksecuritygroupflowevent` and `insights-logs-flowlogflowevent`.
	Containers []string `yaml:"containers"`
	// Prefixes are what the names of blobs must begin with, one of them. Default:
	// all blobs are read.
	Prefixes []string `yaml:"prefixes"`
	// From is from when on an account is read: a day such as `2026-11-01`, or how
	// long back, such as `30d`. Default: from its beginning, or as far back as
	// `retention` keeps intervals.
	From string `yaml:"from"`
	// Login is who asks an account where there is no secret below:
	// `managed-identity`, `workload-identity`, `azure-cli` (who is logged in with
	// az login), or `auto`, the first of them that there is. It needs the role
	// Storage Blob Data Reader. Default: `auto`.
	Login string `yaml:"login"`
	// Tenant is the Microsoft Entra tenant of who asks.
	Tenant string `yaml:"tenant"`
	// Client is the id of the application that asks, or of a managed identity that
	// was assigned by a user.
	Client string `yaml:"client"`
	// ClientSecret is the secret of the application. This and all other secrets are
	// written as `${NAME}`, the environment variable of that name, or as
	// `file:PATH`, the text of a file, never as themselves.
	ClientSecret string `yaml:"client-secret"`
	// ClientCertificate is a file, PEM or PKCS#12 without a password, with the
	// certificate of the application and its key.
	ClientCertificate string `yaml:"client-certificate"`
	// Key is the key of the account, as `${NAME}` or `file:PATH`.
	Key string `yaml:"key"`
	// SAS is a shared access signature with the rights to read and to list, as
	// `${NAME}` or `file:PATH`.
	SAS string `yaml:"sas"`
	// ConnectionString is one of the account, as `${NAME}` or `file:PATH`.
	ConnectionString string `yaml:"connection-string"`
	// LookEvery is the shortest time between two looks at a flow log of an account,
	// from `1s` to `10m`: less is fresher and costs more requests. Default: `4s`.
	LookEvery time.Duration `yaml:"look-every"`
	// Queue is a storage queue into which Event Grid writes which blobs of the account
	// were written, such as `https://ACCOUNT.queue.core.windows.net/QUEUE`. Who asks the
	// account asks it too, and needs the role Storage Queue Data Message Processor.
	// Flow logs are then looked at when an event tells of them, and else every five
	// minutes. Default: none, lists tell what is new.
	Queue string `yaml:"queue"`
	// BackfillRate is how much a second is read of what lay in an account before,
	// at most. Default: `64MB`.
	BackfillRate Size `yaml:"backfill-rate"`

	line int // in the configuration file
}

func (s *Source) needs() (string, []string) { return "source", nil }
func (s *Source) at(line int)               { s.line = line }

func (s *Source) key() string {
	if s.Azure != "" {
		return s.Label()
	}
	return s.Folder
}

// Label is how a source is called.
func (s *Source) Label() string {
	if s.Name != "" || s.Azure == "" {
		return s.Name + s.Folder
	}
	at, err := url.Parse(s.Azure)
	if err != nil {
		return s.Azure
	}
	if path := strings.Trim(at.Path, "/"); path != "" {
		return path // of an emulator
	}
	name, _, _ := strings.Cut(at.Hostname(), ".")
	return name
}

// check says what does not go together.
func (s *Source) check() error {
	switch {
	case s.Folder == "" && s.Azure == "":
		return errors.New(`a source needs the key "folder" or the key "azure"`)
	case s.Folder != "" && s.Azure != "":
		return errors.New("a source is a folder or a storage account, not both; make two of it")
	case s.Folder != "" && !s.plain():
		return errors.New("a folder has no other keys; they are of storage accounts")
	}
	var secrets []string
	for _, field := range []struct{ key, value string }{
		{"client-secret", s.ClientSecret},
		{"client-certificate", s.ClientCertificate},
		{"key", s.Key},
		{"sas", s.SAS},
		{"connection-string", s.ConnectionString},
	} {
		if field.value != "" {
			secrets = append(secrets, field.key)
		}
	}
	switch {
	case len(secrets) > 1:
		return fmt.Errorf("who asks the account must be clear: there are both %s and %s", secrets[0], secrets[1])
	case len(secrets) == 1 && s.Login != "":
		return fmt.Errorf("who asks the account must be clear: there are both %s and login", secrets[0])
	case (s.ClientSecret != "" || s.ClientCertificate != "") && (s.Tenant == "" || s.Client == ""):
		return fmt.Errorf("an application that asks needs the keys tenant and client beside %s", secrets[0])
	}
	return nil
}

// plain tells whether nothing but a folder is said.
func (s *Source) plain() bool {
	return s.Name+s.Queue+s.From+s.Login+s.Tenant+s.Client+s.ClientSecret+s.ClientCertificate+s.Key+s.SAS+s.ConnectionString == "" &&
		len(s.Containers)+len(s.Prefixes) == 0 && s.LookEvery == 0 && s.BackfillRate == 0
}

// Logins returns the words that a source may have as its login.
func Logins() []string { return []string{"auto", "managed-identity", "workload-identity", "azure-cli"} }

// isSecret tells whether the value of a key must be shown nowhere.
func isSecret(path string) bool {
	return slices.Contains([]string{"sources.client-secret", "sources.key", "sources.sas", "sources.connection-string"}, path)
}

// parseSource parses a value of a source.
func (d *decoder) parseSource(s, key string) (any, error) {
	switch key {
	case "folder":
		if s == "" {
			return nil, errors.New("is not a folder; name one")
		}
		return d.path(s)
	case "azure":
		return parseEndpoint(s)
	case "queue":
		return parseQueue(s)
	case "client-secret", "key", "sas", "connection-string":
		if file, ok := strings.CutPrefix(s, "file:"); ok && file != "" {
			path, err := d.path(file)
			return "file:" + path, err
		}
		if m := reference.FindString(s); m == "" || m != s {
			return nil, errors.New("is a secret, which does not belong into this file: write ${NAME} for an environment variable, or file:PATH")
		}
		return s, nil
	case "client-certificate":
		if s == "" {
			return nil, errors.New("is not a file; name one")
		}
		return d.path(s)
	case "login":
		return oneOf(s, Logins())
	case "from":
		if _, err := since(s, time.Now()); err != nil {
			return nil, err
		}
		return s, nil
	case "look-every":
		return parseDuration(s, time.Second, 10*time.Minute)
	case "backfill-rate":
		return parseSize(s)
	case "name", "tenant", "client", "containers", "prefixes":
		if strings.TrimSpace(s) == "" || strings.ContainsAny(s, "\t\r\n") {
			return nil, errors.New("is empty, or more than one line")
		}
		return s, nil
	}
	return nil, errors.New("has no meaning here")
}

func parseEndpoint(s string) (any, error) {
	at, err := url.Parse(s)
	switch {
	case err != nil || at.Scheme != "https" && at.Scheme != "http" || at.Host == "":
		return nil, errors.New("is not an endpoint such as https://ACCOUNT.blob.core.windows.net")
	case at.RawQuery != "" || at.User != nil:
		return nil, errors.New("has more than an endpoint in it; a signature is written as sas: ${NAME}")
	}
	return strings.TrimSuffix(s, "/"), nil
}

func parseQueue(s string) (any, error) {
	at, err := url.Parse(s)
	switch {
	case err != nil || at.Scheme != "https" && at.Scheme != "http" || at.Host == "" || strings.Trim(at.Path, "/") == "":
		return nil, errors.New("is not a queue such as https://ACCOUNT.queue.core.windows.net/QUEUE")
	case at.RawQuery != "" || at.User != nil:
		return nil, errors.New("has more than a queue in it; a signature is written as sas: ${NAME}")
	}
	return strings.TrimSuffix(s, "/"), nil
}

// since returns the time that a day or a span back from now names.
func since(s string, now time.Time) (time.Time, error) {
	if day, err := time.Parse(time.DateOnly, s); err == nil {
		return day, nil
	}
	if at, err := time.Parse(time.RFC3339, s); err == nil {
		return at, nil
	}
	span, err := parseSpan(s)
	if back, ok := span.(Span); err == nil && ok && back > 0 {
		return now.Add(-time.Duration(back)), nil
	}
	return time.Time{}, errors.New("is neither a day such as 2026-11-01 nor a span such as 30d")
}

// Since is from when on the source is read, the zero time from its beginning.
func (s *Source) Since(now time.Time) time.Time {
	at, _ := since(s.From, now) // checked when it was parsed
	return at
}

// maxSecret bounds the file of a secret, in bytes.
const maxSecret = 64 << 10

// Secret returns what a secret of the source stands for. An error names the
// variable or file, never the secret.
func Secret(text string) (string, error) {
	if text == "" {
		return "", nil
	}
	if path, ok := strings.CutPrefix(text, "file:"); ok {
		content, err := plaintext.ReadFile(path, maxSecret)
		if err != nil {
			return "", fmt.Errorf("cannot read the secret in %s: %w", path, withoutPath(err))
		}
		return strings.TrimSpace(string(content)), nil
	}
	name := reference.FindStringSubmatch(text)[1]
	value := strings.TrimSpace(os.Getenv(name))
	if value == "" {
		return "", fmt.Errorf("the environment variable %s is not set", name)
	}
	return value, nil
}

// withoutPath strips the path from an error that is wrapped with it.
func withoutPath(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// verify checks that the secrets of a source can be read.
func (s *Source) verify() error {
	for _, text := range []string{s.ClientSecret, s.Key, s.SAS, s.ConnectionString} {
		if _, err := Secret(text); err != nil {
			return fmt.Errorf("the source %s: %w", s.Label(), err)
		}
	}
	if s.ClientCertificate != "" {
		if _, err := os.Stat(filepath.Clean(s.ClientCertificate)); err != nil {
			return fmt.Errorf("the source %s: cannot read the certificate: %w", s.Label(), err)
		}
	}
	return nil
}
