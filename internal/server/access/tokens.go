// Package access decides who may ask over TCP: it keeps the tokens of a store,
// the certificate that it is served with, and the form in which a browser gives
// a token.
package access

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

const (
	tokensName = "tokens.json"      // in the folder of the store
	usedName   = "tokens-used.json" // of the server alone, which must not write over what a command wrote
	lockName   = "tokens.lock"
	maxTokens  = 1000
	// prefix tells people, and programs that look for secrets, what a token is.
	prefix = "weir_"
)

// Token is a right to read what a store holds.
type Token struct {
	Name    string    `json:"name"`
	Hash    string    `json:"hash"` // SHA-256 of the token, in hexadecimal
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires,omitzero"` // zero: never
	Used    time.Time `json:"-"`                // last, to the minute; zero: not yet
}

// Expired tells whether a token no longer counts.
func (t Token) Expired(now time.Time) bool { return !t.Expires.IsZero() && !now.Before(t.Expires) }

// ErrNoToken means that a store has no token of a name.
var ErrNoToken = errors.New("there is no token of that name")

var nameForm = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N}._@-]{0,63}$`)

// Create makes a token for the store in dir and returns it; it is kept nowhere,
// only its hash is. Expires is when it ends to count; zero: never.
func Create(dir, name string, now, expires time.Time) (token string, err error) {
	if !nameForm.MatchString(name) {
		return "", fmt.Errorf("cannot name a token %q: use up to 64 letters, digits, dots, dashes and underscores, such as grafana", name)
	}
	var secret [32]byte
	_, _ = rand.Read(secret[:]) // it ends the program where there is no randomness
	token = prefix + base64.RawURLEncoding.EncodeToString(secret[:])
	err = change(dir, func(all []Token) ([]Token, error) {
		for _, t := range all {
			if t.Name == name {
				return nil, fmt.Errorf("cannot make the token %s: there is one of that name; revoke it first, or choose another name", name)
			}
		}
		if len(all) >= maxTokens {
			return nil, fmt.Errorf("cannot make the token %s: there are %d already; revoke those that nobody uses", name, len(all))
		}
		t := Token{Name: name, Hash: hashOf(token), Created: now.UTC().Truncate(time.Second)}
		if !expires.IsZero() {
			t.Expires = expires.UTC().Truncate(time.Second)
		}
		return append(all, t), nil
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

// List returns the tokens of the store in dir, by name, with when each was used.
func List(dir string) ([]Token, error) {
	all, _, err := load(dir)
	if err != nil {
		return nil, err
	}
	used := map[string]time.Time{}
	switch text, err := os.ReadFile(filepath.Join(dir, usedName)); {
	case err == nil:
		_ = json.Unmarshal(text, &used) // what cannot be read was not used
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("cannot read when tokens were used: %w", err)
	}
	for i := range all {
		all[i].Used = used[all[i].Hash]
	}
	slices.SortFunc(all, func(a, b Token) int { return strings.Compare(a.Name, b.Name) })
	return all, nil
}

// Revoke ends the token of a name; the error is [ErrNoToken] where there is none.
func Revoke(dir, name string) error {
	return change(dir, func(all []Token) ([]Token, error) {
		rest := slices.DeleteFunc(slices.Clone(all), func(t Token) bool { return t.Name == name })
		if len(rest) == len(all) {
			return nil, fmt.Errorf("cannot revoke %s: %w", name, ErrNoToken)
		}
		return rest, nil
	})
}

func hashOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// stamp tells one version of a file from another.
type stamp struct {
	inode    uint64
	size     int64
	modified time.Time
}

func stampOf(path string) (stamp, error) {
	var s unix.Stat_t
	if err := unix.Stat(path, &s); err != nil {
		return stamp{}, &fs.PathError{Op: "stat", Path: path, Err: err}
	}
	return stamp{s.Ino, s.Size, time.Unix(s.Mtim.Unix())}, nil
}

// load reads the tokens of a store; where there is no file there are none.
func load(dir string) ([]Token, stamp, error) {
	path := filepath.Join(dir, tokensName)
	at, err := stampOf(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, stamp{}, nil
	}
	var text []byte
	if err == nil {
		text, err = os.ReadFile(path)
	}
	var all []Token
	if err == nil {
		err = json.Unmarshal(text, &all)
	}
	if err != nil {
		return nil, at, fmt.Errorf("cannot read the tokens in %s: %w", path, err)
	}
	return all, at, nil
}

// change writes what is made of the tokens of a store, one who changes them at a time.
func change(dir string, made func([]Token) ([]Token, error)) (err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("cannot keep tokens in %s: %w", dir, err)
	}
	lock, err := os.OpenFile(filepath.Join(dir, lockName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("cannot keep tokens in %s: %w", dir, err)
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX); err != nil {
		return fmt.Errorf("cannot keep tokens in %s: %w", dir, err)
	}
	all, _, err := load(dir)
	if err == nil {
		all, err = made(all)
	}
	if err != nil {
		return err
	}
	return replace(filepath.Join(dir, tokensName), all)
}

// replace writes a file for its owner alone, whole or not at all.
func replace(path string, content any) error {
	text, err := json.MarshalIndent(content, "", "  ")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-*") // of mode 0600
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	_, err = f.Write(append(text, '\n'))
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("cannot write %s: %w", path, err), os.Remove(f.Name()))
	}
	return nil
}
