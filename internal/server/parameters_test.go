package server_test

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"weir/internal/knowledge"
	"weir/internal/server"
)

// parameters are those of every route, with values at the edges of what can be.
var parameters = map[string][]string{
	"from": times, "to": times, "at": times,
	"by":        {"flows", "packets", "bytes", "octets", ""},
	"limit":     integers,
	"points":    integers,
	"state":     {"complete", "failed", "lost", ""},
	"address":   addresses,
	"host":      append([]string{"web-1", "rg/web-1", " "}, addresses...),
	"compare":   {"before", "week", "year", ""},
	"initiator": addresses,
	"responder": addresses,
	"port":      integers,
	"protocol":  {"TCP", "udp", "6", "255", "256", "-1", "ICMP", "\x00", strings.Repeat("9", 100)},
	"direction": {"in", "out", "up"},
	"target":    {"", "/subscriptions/s/vnet-0", strings.Repeat("/x", 2000), "\xff"},
	"vnet":      {"s/rg/hub", "///", "a/b", strings.Repeat("x", 600)},
	"mac":       {"00-0D-3A-98-82-CE", "00", "zz", strings.Repeat("0", 40)},
	"where":     {"", "vnet = hub", "src in 10.0.0.0/8 and not (port < 1024 or external)", "feed = x or app = https or rule has r", "vent = 1", "(", "vm = \"", "\xff", strings.Repeat("not ", 101) + "denied", strings.Repeat("x", 5000)},
	"field":     {"vnet", "src.vnet", "DST", "port", "asn", "app", "feed", "tag", "malicious", "vent", "\x00", strings.Repeat("x", 70)},
	"begin":     {"", "h", "10.", "10.0.0.256", "2001:db8::", ":::::::::", "1", "-1", "99999999999999999999", "rg/", "(?i)", "\"", "\xff", "\x00", "größe", strings.Repeat("x", 1025)},
	"text":      {"vnet = ", "src in 10.", "port in (4", `operator = "G`, "", "vn", "vnet = hub and po", "\"", "type = ", "größe = 1", "\xff", "a\x00", strings.Repeat("ä", 4096), strings.Repeat("x", 5000)},
	"cursor":    integers,
	"sort":      {"time", "flows", "bytes", "port", ""},
	"offset":    integers,
	"count":     {"true", "false", "", "maybe"},
	"after":     {"", "x", "%", strings.Repeat("A", 109), strings.Repeat("A", 108), strings.Repeat("A", 300)},
	"family":    {"vnet", "nsg", "mixed", ""},
	"flowLog":   {"", "/subscriptions/s", strings.Repeat("/x", 2000), "\xff"},
	"first":     times, "last": times,
	"of": {
		"", "/api/v1/traffic", "/api/v1/top/hosts?by=bytes&limit=5&where=vnet+%3D+hub", "/api/v1/host?host=10.0.0.4", "/api/v1/host", "/api/v1/traffic?points=-1",
		"/api/v1/table/pairs?sort=key", "/api/v1/findings", "/api/v1/nothing", "/api/v1/kql?of=/api/v1/kql", "https://elsewhere/api/v1/traffic", "/api/v1/traffic?%zz",
		"//", "\xff", "/api/v1/../v1/traffic", "/api/v1/flows?after=x", strings.Repeat("x", 9000),
	},
	"part":    {"", "partners", "vnets", "nothing", strings.Repeat("x", 70)},
	"nothing": {"1"},
}

var (
	times = []string{
		"", "0001-01-01T00:00:00Z", "0000-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "1970-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "2026-01-02T12:00:00+14:00",
		"2026-01-03T00:00:00Z", "2262-04-12T00:00:00Z", "9998-12-31T23:59:59.999999999Z", "9999-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
		"9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "10000-01-01T00:00:00Z", "-0001-01-01T00:00:00Z", "now", "1e99",
	}
	integers  = []string{"", "0", "1", "10", "1000", "1001", "2000", "2001", "65535", "65536", "-1", "9223372036854775807", "9223372036854775808", "1.5", "0x10", "ten"}
	addresses = []string{"10.0.0.4", "2001:db8::1", "::ffff:10.0.0.4", "fe80::1%eth0", "0.0.0.0", "", "10.0.0.256", "host", "\x00", strings.Repeat("1", 100)}
)

var routes = map[string][]string{
	"flows": {"from", "to", "where", "sort", "limit", "after", "count"}, "flows/objects": {"family", "mac", "target", "flowLog", "first", "last"},
	"environment": {"from", "to", "where", "by"}, "coverage": {"limit", "offset"},
	"map/networks": {"from", "to", "where", "by", "limit", "compare"}, "map/geography": {"from", "to", "where", "by", "limit", "compare"},
	"status": {}, "sources": {}, "jobs": {}, "knowledge": {}, "traffic": {"from", "to", "where", "points"}, "objects": {"state", "limit"}, "rejects": {"limit"},
	"top/hosts": {"from", "to", "where", "by", "limit"}, "top/conversations": {"from", "to", "where", "by", "limit"},
	"top/ports": {"from", "to", "where", "by", "limit"}, "top/rules": {"from", "to", "where", "by", "limit"},
	"host":     {"host", "vnet", "from", "to", "where", "by", "limit", "points", "compare"},
	"complete": {"text", "cursor", "from", "to"},
	"values":   {"field", "begin", "from", "to", "limit"},
	"lookup":   {"address", "at", "target", "vnet", "mac"},
	"kql":      {"of", "part"},
	"explain":  {"initiator", "responder", "port", "protocol", "direction", "at", "target", "vnet", "mac"},
}

// Whatever is asked, there is an answer, and it is no fault of ours: 200, or
// 422 with the parameter that is wrong.
func TestParameters(t *testing.T) {
	s := filled(t)
	k, err := knowledge.Open(t.Context(), knowledge.Config{Store: s})
	if err != nil {
		t.Fatal(err)
	}
	ts := serve(t, server.Config{Store: s, Know: k})
	check := func(t interface {
		Helper()
		Errorf(string, ...any)
	}, path string, res response,
	) {
		t.Helper()
		var body struct {
			Detail string
			Errors []struct{ Location string }
		}
		if err := json.Unmarshal([]byte(res.body), &body); err != nil {
			t.Errorf("GET %q = %d %q: %v", path, res.StatusCode, res.body, err)
		}
		switch res.StatusCode {
		case 200:
		case 422:
			if body.Detail == "" || len(body.Errors) == 0 || !strings.HasPrefix(body.Errors[0].Location, "query.") {
				t.Errorf("GET %q = %s, want the parameter and what is wrong with it", path, res.body)
			}
		default:
			t.Errorf("GET %q = %d %s", path, res.StatusCode, res.body)
		}
	}
	// Each value of each parameter by itself, then together.
	for _, name := range slices.Sorted(maps.Keys(routes)) {
		for _, parameter := range routes[name] {
			for _, value := range parameters[parameter] {
				v := url.Values{}
				for _, needed := range []string{"address", "initiator", "responder", "field", "of"} {
					if slices.Contains(routes[name], needed) {
						v.Set(needed, map[string]string{"field": "vnet", "of": "/api/v1/environment"}[needed])
						if v.Get(needed) == "" {
							v.Set(needed, "10.0.0.4")
						}
					}
				}
				if name == "flows/objects" {
					v = url.Values{"family": {"vnet"}, "first": {"2026-01-02T00:00:00Z"}, "last": {"2026-01-02T00:09:00Z"}}
				}
				v.Set(parameter, value)
				path := "/api/v1/" + name + "?" + v.Encode()
				res := do(t, "GET", ts.URL+path)
				check(t, path, res)
				if strings.Contains(res.body, "unknown query parameter") {
					t.Errorf("GET %q: the route does not know its own parameter %s", path, parameter)
				}
			}
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		name := rapid.SampledFrom(slices.Sorted(maps.Keys(routes))).Draw(rt, "route")
		v := url.Values{}
		for _, parameter := range append(routes[name], "nothing") {
			switch rapid.IntRange(0, 3).Draw(rt, "given "+parameter) {
			case 0, 1:
				v.Set(parameter, rapid.SampledFrom(parameters[parameter]).Draw(rt, parameter))
			case 2:
				if parameter != "nothing" {
					v.Set(parameter, rapid.String().Draw(rt, parameter))
				}
			}
		}
		path := "/api/v1/" + name + "?" + v.Encode()
		check(rt, path, do(t, "GET", ts.URL+path))
	})
	if res := do(t, "GET", ts.URL+"/api/v1/status?x=%zz"); res.StatusCode != 400 {
		t.Errorf("a query that cannot be read = %d %s, want 400", res.StatusCode, res.body)
	}
}
