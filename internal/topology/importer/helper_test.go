package importer

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"weir/internal/shared"
	"weir/internal/topology"
)

// realInputs returns the real ARM examples and recordings by name, without
// the wrapping of the examples.
func realInputs(t testing.TB) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(shared.Path(t, "data/azure-topology"), "*", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatal("no recordings in ../shared/data/azure-topology")
	}
	out := map[string][]byte{}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var example struct {
			Responses map[string]struct{ Body json.RawMessage }
		}
		if err := json.Unmarshal(b, &example); err != nil {
			t.Fatal(err)
		}
		if example.Responses != nil {
			b = example.Responses["200"].Body
		}
		out[strings.TrimSuffix(filepath.Base(f), ".json")] = b
	}
	return out
}

func imported(t testing.TB, text string) (*topology.Inventory, Report) {
	t.Helper()
	inv, report, err := Import("input", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return inv, report
}

func encoded(t testing.TB, inv *topology.Inventory) string {
	t.Helper()
	b, err := inv.Encode()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := json.Indent(&out, b, "", " "); err != nil {
		t.Fatal(err)
	}
	return out.String() + "\n"
}

// values returns the resources of an answer.
func values(t testing.TB, b []byte) []any {
	t.Helper()
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	if page, ok := v.(map[string]any); ok {
		if list, ok := page["value"].([]any); ok {
			return list
		}
	}
	if list, ok := v.([]any); ok {
		return list
	}
	return []any{v}
}

// flatten writes a resource as az does: the properties beside the rest, and
// with the spelling of its older versions.
func flatten(v any) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = flatten(v[i])
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for k, x := range v {
			if props, ok := x.(map[string]any); ok && k == "properties" {
				for k, x := range flatten(props).(map[string]any) {
					out[k] = x
				}
				continue
			}
			if _, taken := out[camel(k)]; !taken {
				out[camel(k)] = flatten(x)
			}
		}
		return out
	}
	return v
}

var initials = regexp.MustCompile(`(IP|ASN|VPN|BGP)([A-Z]|$)`)

func camel(key string) string {
	return initials.ReplaceAllStringFunc(key, func(s string) string {
		return s[:1] + strings.ToLower(s[1:len(s)-1]) + s[len(s)-1:]
	})
}

func marshal(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
