package near

import "testing"

func TestName(t *testing.T) {
	names := []string{"port", "protocol", "country", "SrcIp", "not", "topology.sync"}
	for text, want := range map[string]string{
		"prto": "port", "portt": "port", "COUNTRY": "country", "srcip": "SrcIp", "proto": "protocol", "topology.snyc": "topology.sync",
		"foo": "", "": "", "nothing-like-it": "", "no": "not",
	} {
		if got := Name(text, names); got != want {
			t.Errorf("Name(%q) = %q, want %q", text, got, want)
		}
	}
}
