package server_test

import (
	"encoding/json"
	"net/url"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"weir/internal/server"
)

// Places are in characters, of which a byte of UTF-8 is only a part.
func TestComplete(t *testing.T) {
	ts := serve(t, server.Config{Store: filled(t)})
	complete := func(text string, cursor int) (c server.Completion) {
		t.Helper()
		v := url.Values{"text": {text}}
		if cursor >= 0 {
			v.Set("cursor", strconv.Itoa(cursor))
		}
		res := do(t, "GET", ts.URL+"/api/v1/complete?"+v.Encode())
		if err := json.Unmarshal([]byte(res.body), &c); err != nil || res.StatusCode != 200 {
			t.Fatalf("%d %s: %v", res.StatusCode, res.body, err)
		}
		return c
	}
	const end = -1
	for _, c := range []struct {
		name, text string
		cursor     int
		want       server.Completion
	}{
		{
			"a field at the end", "vm = größe and malic", end,
			server.Completion{
				Suggestions: []server.FilterSuggestion{{Text: "malicious", Start: 15, End: 20, Detail: "An end is malicious, by the word of a feed."}},
				Fault:       &server.FilterFault{Start: 15, End: 20, Text: `there is no field "malic"`, Hint: "the nearest is malicious"},
			},
		},
		{
			"the word around the cursor", "status = all and vm = größe", 11,
			server.Completion{Suggestions: []server.FilterSuggestion{{Text: "allowed", Start: 9, End: 12}}, Fault: &server.FilterFault{
				Start: 9, End: 12, Text: `"all" is no status`, Hint: "the nearest is allowed; it can be allowed or denied",
			}},
		},
		{
			"behind a whole condition, where something is missing", "vm = größe and", 10,
			server.Completion{
				Suggestions: []server.FilterSuggestion{},
				Fault:       &server.FilterFault{Start: 14, End: 14, Text: "the filter ends where a condition is missing"},
			},
		},
		{
			"what is stored", "vm = größe and src.vnet = HU", end,
			server.Completion{Suggestions: []server.FilterSuggestion{
				{Text: "hub", Start: 26, End: 28, Detail: "s1/rg-hub/hub"}, {Text: "hub-2", Start: 26, End: 28, Detail: "s2/rg-spoke/hub-2"},
			}},
		},
		{
			"what is stored, in quotes", "operator = go", end,
			server.Completion{Suggestions: []server.FilterSuggestion{{Text: `"Google LLC (1+1)"`, Start: 11, End: 13}}},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, complete(c.text, c.cursor)); diff != "" {
				t.Errorf("complete (-want +got):\n%s", diff)
			}
		})
	}
	if c := complete("", end); len(c.Suggestions) < 40 || c.Fault != nil {
		t.Errorf("nothing written = %d suggestions, fault %v; want every field, and no fault", len(c.Suggestions), c.Fault)
	}
}
