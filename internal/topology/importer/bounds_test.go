package importer

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"weir/internal/plaintext"
)

// repeat is head, then a text again and again, then tail.
func repeat(head, text string, times int, tail string) io.Reader {
	block := strings.Repeat(text, 1000)
	parts := []io.Reader{strings.NewReader(head)}
	for range times / 1000 {
		parts = append(parts, strings.NewReader(block))
	}
	return io.MultiReader(append(parts, strings.NewReader(tail))...)
}

func TestBounds(t *testing.T) {
	small := bounds{text: 10 << 20, element: 1 << 20, elements: 100_000, kept: 10 << 20}
	f := func(what string, r io.Reader, want string) {
		t.Helper()
		im := New()
		im.bounds = small
		err := im.Read("input", r)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: error %v, want %q", what, err, want)
		}
	}
	f("spaces", repeat("[", " ", 8<<20, "]"), "")
	f("a file that is too large", repeat("[", "          \n", 1<<20, "]"), "cannot import input: it is larger than 10 MiB, unpacked")
	f("an element that is too large", repeat(`[{"a":"`, "x", 2<<20, `"}]`), "line 1: a resource or value here is larger than 1 MiB")
	f("an element that is a little too large", repeat(`[{"a":"`, "x", 1<<20+2000, `"}]`), "larger than 1 MiB")
	f("too many peerings", strings.NewReader(`{"id":"`+network+`virtualNetworks/v","virtualNetworkPeerings":[`+strings.Repeat(`{"name":"p"},`, maxPeerings)+`{"name":"p"}]}`), "has more than 2000 peerings")
	f("a document that is too large", repeat(`{"a":"`, "x", 2<<20, `"}`), "larger than 1 MiB")
	f("a document of many members", repeat(`{"a":1`, `,"b":"xxxxxxxxxxxxxxxxx"`, 100_000, `}`), "larger than 1 MiB")
	f("too many elements", repeat("[{}", ",{}", 200_000, "]"), "more than the 100000 elements")
	f("too many resources", repeat("[1", `,{"id":"`+network+`networkInterfaces/a"}`, 50_000, "]"), "larger than the 10 MiB that one import may hold")
	f("many texts", repeat("[1", `,"x"`, 50_000, "]"), "")
	f("many lists", repeat("[1", `,[]`, 50_000, "]"), "")

	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = io.Copy(z, repeat("[", " ", 100<<20, "]"))
	_ = z.Close()
	if packed.Len() > 1<<20 {
		t.Fatalf("%d bytes", packed.Len())
	}
	im := New()
	im.bounds = small
	var large *plaintext.TooLargeError
	if err := im.Read("input", &packed); !errors.As(err, &large) {
		t.Errorf("gzip: error %v", err)
	}

	// A resource of more parts than Azure has is left out alone.
	_, r, err := Import("input", repeat(`[{"id":"`+network+`virtualNetworks/v","subnets":[{}`, ",{}", 2*maxObjects, "]}]"))
	if err != nil || r.Lost != 1 || !strings.Contains(problems(r), "more than any resource of Azure") || len(r.Unread) != 1 {
		t.Errorf("a VNet of %d subnets: %v, %s", maxObjects, err, problems(r))
	}
}

// Whatever a file holds, what is taken for it is no multiple of it.
func TestMemory(t *testing.T) {
	id := network + "networkInterfaces/a"
	for what, text := range map[string]string{
		"objects": `{}`, "numbers": `1`, "lists": `[]`, "unknown": `{"id":"` + network + `frontDoors/f"}`,
		"without id":             `{"type":"Microsoft.Network/networkInterfaces"}`,
		"no JSON":                `{"id":"` + id + `" "x":1}`,
		"a key of no use":        `{"id":"` + id + `","macAddress":"x"}`,
		"one resource, repeated": `{"id":"` + id + `"}`,
	} {
		const count = 200_000
		im := New()
		if err := im.Read("input", repeat("["+text, ","+text, count, "]")); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		before := m.HeapAlloc
		runtime.KeepAlive(im)
		im = nil
		runtime.GC()
		runtime.ReadMemStats(&m)
		if kept := int64(before) - int64(m.HeapAlloc); kept > 64<<20 {
			t.Errorf("%s: %d elements keep %d MiB", what, count, kept>>20)
		}
	}
}

// The line of a problem is that of the file, however it is read.
func TestLines(t *testing.T) {
	var text strings.Builder
	text.WriteString("[\n")
	for i := range 5000 {
		fmt.Fprintf(&text, "{\"id\":\"%snetworkInterfaces/n%d\",\n \"macAddress\":\"00-0D-3A-00-00-01\"},\n", network, i)
	}
	text.WriteString("\n{\"type\":\"Microsoft.Network/networkInterfaces\",\n\"name\":\"x\"}]")
	_, r := imported(t, text.String())
	if got, want := problems(r), "input:10003 x: the resource has no id"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
