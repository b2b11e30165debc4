package azblob

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/source/azuritetest"
)

// TestLevels holds which folders are listed to find a new flow log.
func TestLevels(t *testing.T) {
	const (
		nsg  = "resourceId=/SUBSCRIPTIONS/%s/RESOURCEGROUPS/%s/PROVIDERS/MICROSOFT.NETWORK/NETWORKSECURITYGROUPS/%s/"
		vnet = "flowLogResourceID=/%s_NETWORKWATCHERRG/NETWORKWATCHER_%s/"
	)
	groups := []string{fmt.Sprintf(nsg, "S", "G", "A"), fmt.Sprintf(nsg, "S", "G", "B"), fmt.Sprintf(nsg, "S", "H", "C"), fmt.Sprintf(nsg, "T", "G", "D")}
	networks := []string{fmt.Sprintf(vnet, "S", "R_A"), fmt.Sprintf(vnet, "S", "R_B"), fmt.Sprintf(vnet, "T", "R_C")}
	below := func(s, g string) string {
		return fmt.Sprintf("resourceId=/SUBSCRIPTIONS/%s/RESOURCEGROUPS/%s/PROVIDERS/MICROSOFT.NETWORK/NETWORKSECURITYGROUPS/", s, g)
	}
	for name, test := range map[string]struct{ prefixes, logs, want []string }{
		"nothing is known": {[]string{""}, nil, []string{""}},
		"security groups": {[]string{""}, groups, []string{
			"resourceId=/SUBSCRIPTIONS/", "resourceId=/SUBSCRIPTIONS/S/RESOURCEGROUPS/", below("S", "G"), below("S", "H"),
			"resourceId=/SUBSCRIPTIONS/T/RESOURCEGROUPS/", below("T", "G"),
		}},
		"networks":           {[]string{""}, networks, []string{"flowLogResourceID=/", "flowLogResourceID=/S_NETWORKWATCHERRG/", "flowLogResourceID=/T_NETWORKWATCHERRG/"}},
		"a prefix":           {[]string{"flowLogResourceID=/S_"}, networks, []string{"flowLogResourceID=/S_", "flowLogResourceID=/S_NETWORKWATCHERRG/"}},
		"a folder":           {[]string{"flowLogResourceID=/S_NETWORKWATCHERRG/"}, networks, []string{"flowLogResourceID=/S_NETWORKWATCHERRG/"}},
		"a prefix of a name": {[]string{"resourceId=/SUBSCR"}, groups[3:], []string{"resourceId=/SUBSCRIPTIONS/", "resourceId=/SUBSCRIPTIONS/T/RESOURCEGROUPS/", below("T", "G")}},
		"one without any":    {[]string{"else/", "flowLogResourceID=/T_"}, networks, []string{"else/", "flowLogResourceID=/T_", "flowLogResourceID=/T_NETWORKWATCHERRG/"}},
		"one flow log":       {[]string{networks[0]}, networks, []string{}},
		"names of their own": {[]string{""}, []string{"copies/old/"}, []string{"", "copies/"}},
		"no name":            {[]string{""}, []string{""}, []string{}},
	} {
		if diff := cmp.Diff(test.want, append([]string{}, levels(test.prefixes, test.logs)...)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestDiscoverPace holds how often new flow logs are looked for.
func TestDiscoverPace(t *testing.T) {
	for _, test := range []struct {
		since   time.Duration
		levels  int
		failing bool
		want    time.Duration
	}{
		{0, 0, false, eagerEvery},
		{0, 0, true, eagerEvery},
		{0, 61, false, 2 * eagerEvery},
		{eagerFor, 0, false, discoverSoon},
		{eagerFor, 60, false, discoverSoon},
		{eagerFor, 61, false, 2 * discoverSoon},
		{eagerFor, 600, false, 10 * discoverSoon},
		{eagerFor, 1, true, faultEvery},
	} {
		if got := discoverPace(test.since, test.levels, test.failing); got != test.want {
			t.Errorf("%+v: %s", test, got)
		}
	}
}

// TestDiscover holds what it costs to find what is new: a list for each level, and
// of a new flow log those on the way to it. What has no flow logs in it is not
// looked into again and again.
func TestDiscover(t *testing.T) {
	account := azuritetest.Start(t)
	box := account.Flows(t, Containers()[1])
	now := time.Now().UTC()
	blob := func(log, nic string) {
		account.Log(t, box, logged("flowLogResourceID=/"+log, now, nic)).Append(t, "{}")
	}
	const logs = 4
	for n := range logs {
		blob(fmt.Sprintf("S_NETWORKWATCHERRG/NETWORKWATCHER_R_%d", n), "A")
		blob(fmt.Sprintf("T_NETWORKWATCHERRG/NETWORKWATCHER_R_%d", n), "A")
	}
	for n := range 10 {
		account.Log(t, box, fmt.Sprintf("flowLogResourceID=/else/%d/notes.json", n)).Append(t, "{}")
	}
	a := open(t, Config{Endpoint: account.Blob, Login: Login{Key: account.Key}, Containers: []string{box}})
	discover := func(everywhere bool, lists int64, known int) {
		t.Helper()
		before := a.State().Requests.Lists
		if err := a.discover(t.Context(), a.boxes[0], everywhere); err != nil {
			t.Fatal(err)
		}
		s := a.State()
		if got := s.Requests.Lists - before; got != lists || s.Containers[0].FlowLogs != known {
			t.Errorf("%d lists, %d flow logs; want %d, %d", got, s.Containers[0].FlowLogs, lists, known)
		}
	}
	discover(true, 2+2+2*logs+11, 2*logs)
	discover(true, 2+2+11, 2*logs) // what is known is not looked into
	discover(false, 1+2, 2*logs)
	blob("S_NETWORKWATCHERRG/NETWORKWATCHER_R_NEW", "A")
	discover(false, 1+2+1, 2*logs+1)
	blob("U_NETWORKWATCHERRG/NETWORKWATCHER_R_NEW", "A")
	discover(false, 1+2+2, 2*logs+2)
	discover(false, 1+3, 2*logs+2)
	blob("else/late", "A")
	discover(false, 1+3, 2*logs+2)
	discover(true, 2+3+12, 2*logs+3)
	discover(false, 1+4, 2*logs+3)
}

// TestNew holds that a new NIC of a flow log that is known is found by the next
// look at it, a new flow log by the next search, and a container that comes later
// by that too; and that both are soon.
func TestNew(t *testing.T) {
	account := azuritetest.Start(t)
	now := time.Now().UTC()
	a := open(t, Config{Endpoint: account.Blob, Login: Login{Key: account.Key}})
	a.begun = time.Now().Add(-eagerFor) // the first minutes are quicker
	look := func() string {
		var out []string
		for _, name := range short(account, Containers()[1], list(t, a.Live())) {
			log, nic, _ := strings.Cut(name, "/y=")
			out = append(out, log+" "+nic[strings.Index(nic, "macAddress=")+len("macAddress="):len(nic)-len("/PT1H.json")])
		}
		return strings.Join(out, ", ")
	}
	// later lets the time pass until the next look.
	later := func(atMost time.Duration) {
		t.Helper()
		passed := time.Until(a.Next())
		if passed > atMost {
			t.Errorf("the next look is in %s, want %s at most", passed, atMost)
		}
		for _, b := range a.boxes {
			b.searched, b.discovered = b.searched.Add(-atMost), b.discovered.Add(-atMost)
			for _, f := range b.logs {
				f.next, f.late = f.next.Add(-atMost), f.late.Add(-atMost)
			}
		}
	}
	if err := a.Live().List(t.Context(), nil); err == nil {
		t.Error("nothing is there, and it is not told")
	}
	box := account.Flows(t, Containers()[1])
	blob := func(log, nic string) {
		account.Log(t, box, logged(log, now, nic)).Append(t, "{}")
	}
	blob("L", "A")
	later(30 * time.Second)
	if got := look(); got != "L A" {
		t.Errorf("a new container: %q", got)
	}
	blob("L", "B")
	later(time.Minute)
	if got := look(); got != "L B, L A" && got != "L A, L B" {
		t.Errorf("a new NIC: %q", got)
	}
	blob("M", "A")
	later(time.Minute)
	if got := look(); !strings.Contains(got, "M A") {
		t.Errorf("a new flow log: %q", got)
	}
}
