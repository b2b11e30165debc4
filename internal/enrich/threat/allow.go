package threat

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"time"

	"weir/internal/plaintext"
)

// Allow says that an address or CIDR is harmless, whatever feeds say.
type Allow struct {
	Text  string    `json:"address"` // an address, a CIDR or a range
	Who   string    `json:"who"`     // who says so: a person, or the name of a list
	Why   string    `json:"why"`
	Until time.Time `json:"until,omitzero"` // flows before it are harmless; zero: for ever
}

// reason says in one line by whom and why a verdict does not count.
func (a *Allow) reason() string {
	text := "allow-listed"
	if a.Who != "" {
		text += " by " + a.Who
	}
	if !a.Until.IsZero() {
		text += " until " + a.Until.UTC().Format(time.RFC3339)
	}
	if a.Why != "" {
		text += ": " + a.Why
	}
	return text
}

// maxWarningList bounds a warning list, unpacked; the largest that MISP
// publishes take some megabytes.
const maxWarningList = 64 << 20

// ParseWarningList reads a MISP warning list of addresses as allow-list
// entries for ever. Entries of it that are no addresses, or too wide, are counted.
func ParseWarningList(r io.Reader) (allows []Allow, skipped int, err error) {
	r, err = plaintext.Open(r)
	var text []byte
	if err == nil {
		text, err = io.ReadAll(plaintext.Limit(r, maxWarningList))
	}
	if err != nil {
		return nil, 0, fmt.Errorf("cannot read the warning list: %w", err)
	}
	var list struct {
		Name        string   `json:"name"`
		Description string   `json:"description"`
		List        []string `json:"list"`
	}
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, 0, fmt.Errorf("cannot read the warning list: %w", err)
	}
	for _, item := range list.List {
		if err := CheckWidth(item); err != nil {
			skipped++
			continue
		}
		allows = append(allows, Allow{Text: item, Who: "the warning list " + list.Name, Why: list.Description})
	}
	if len(allows) == 0 {
		return nil, skipped, errors.New("cannot use the warning list: it holds no addresses")
	}
	return allows, skipped, nil
}

// prefixes returns what an allow-list entry holds.
func (a *Allow) prefixes() ([]netip.Prefix, error) {
	p, err := parseAddresses(a.Text)
	if err != nil {
		return nil, fmt.Errorf("cannot use the allow-list entry %q: %w; write an address, a CIDR or FIRST-LAST", a.Text, err)
	}
	return p, nil
}
