package decode

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"
)

// TestRealFiles counts the quoted tuples of the real files in another way.
func TestRealFiles(t *testing.T) {
	quoted := regexp.MustCompile(`"\d{10,13},[^"]*"`)
	for name, content := range realFiles(t) {
		if !strings.HasSuffix(name, ".json") {
			continue
		}
		want := len(quoted.FindAllString(content, -1))
		got := decodeString(content)
		if len(got.Entries) != want || want == 0 || got.Pending != 0 {
			t.Errorf("%s: %d tuples, %d pending, want %d and 0", name, len(got.Entries), got.Pending, want)
		}
		if strings.HasPrefix(name, "bindplane-malformed") != (len(got.Rejects) > 0) {
			t.Errorf("%s: rejects %+v", name, got.Rejects)
		}
	}
}

// TestScannerAgreesWithTolerantReader is the law that allows two readers: on
// what is well and on what is damaged, ours and real.
func TestScannerAgreesWithTolerantReader(t *testing.T) {
	rounds := 3000
	if testing.Short() {
		rounds = 300
	}
	agree := func(t *testing.T, contents []string) {
		t.Helper()
		rng := rand.New(rand.NewPCG(1, 2))
		for n := range len(contents) + rounds {
			content := ""
			if n < len(contents) {
				content = contents[n]
			} else {
				content = mutate(rng, contents[rng.IntN(len(contents))])
			}
			fast, slow := decodeString(content), decodeAll(tolerantReader(), strings.NewReader(content), Mark{})
			if diff := cmp.Diff(slow, fast); diff != "" {
				t.Fatalf("content %q\n(-tolerant +canonical):\n%s", content, diff)
			}
		}
	}
	t.Run("generated", func(t *testing.T) {
		contents := []string{}
		for seed := range uint64(rounds / 30) {
			contents = append(contents, generate(seed, 1+int(seed%7)))
		}
		agree(t, contents)
	})
	t.Run("formats", func(t *testing.T) {
		contents := []string{}
		for _, format := range formats {
			for _, content := range layouts(t, format) {
				contents = append(contents, content)
			}
		}
		agree(t, contents)
	})
	t.Run("real", func(t *testing.T) {
		contents := []string{}
		for _, content := range realFiles(t) {
			contents = append(contents, content)
		}
		agree(t, contents)
	})
}

// TestSplitDoesNotMatter reads with every size of read, and stops and goes on
// at every record.
func TestSplitDoesNotMatter(t *testing.T) {
	for seed := range uint64(20) {
		content := generate(seed, 6)
		if seed%2 == 1 {
			content = mutate(rand.New(rand.NewPCG(seed, 1)), content)
		}
		want := decodeString(content)
		for name, src := range map[string]io.Reader{
			"one byte": iotest.OneByteReader(strings.NewReader(content)),
			"half":     iotest.HalfReader(strings.NewReader(content)),
			"data+err": iotest.DataErrReader(strings.NewReader(content)),
		} {
			if diff := cmp.Diff(want, decodeAll(NewReader(), src, Mark{})); diff != "" {
				t.Fatalf("%s (-want +got):\n%s", name, diff)
			}
		}
		var got decoded
		r := NewReader()
		for {
			if err := r.Reset(strings.NewReader(content), got.Mark); err != nil {
				t.Fatal(err)
			}
			rec, err := r.Next()
			if err != nil {
				got.Pending = r.Pending()
				break
			}
			got.add(rec)
			got.Mark = r.Consumed()
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("resumed (-want +got):\n%s", diff)
		}
	}
}

// TestGrowingObject reads an object at every length it had while it grew.
func TestGrowingObject(t *testing.T) {
	records := []string{}
	for i := range uint64(8) {
		s := generate(i, 1)
		records = append(records, strings.TrimSuffix(strings.TrimPrefix(s, `{"records":[`), `]}`))
	}
	var got decoded
	for n := range len(records) + 1 {
		content := `{"records":[` + strings.Join(records[:n], ",") + `]}`
		step := decodeAll(NewReader(), strings.NewReader(content), got.Mark)
		got.Records += step.Records
		got.Entries = append(got.Entries, step.Entries...)
		got.Rejects = append(got.Rejects, step.Rejects...)
		if got.Fingerprint == 0 {
			got.Fingerprint = step.Fingerprint
		}
		got.Mark, got.Pending, got.Err = step.Mark, step.Pending, step.Err
	}
	if diff := cmp.Diff(decodeString(`{"records":[`+strings.Join(records, ",")+`]}`), got); diff != "" {
		t.Fatalf("(-at once +grown):\n%s", diff)
	}
	changed := decodeAll(NewReader(), strings.NewReader(`{"records": [`+strings.Join(records, ",")+`]}`), got.Mark)
	if changed.Err != ErrPrefixChanged.Error() || changed.Records != 0 {
		t.Errorf("changed prefix: %+v", changed)
	}
}

const (
	nsgRecord  = `{"time":"2025-03-21T21:00:30Z","systemId":"s","macAddress":"000A0A00AA00","category":"c","resourceId":"/SUBSCRIPTIONS/S/NSG","operationName":"o","properties":{"Version":2,"flows":[{"rule":"UserRule_SSH","flows":[{"mac":"000A0A00AA00","flowTuples":["1742590776,218.92.0.185,10.101.0.104,61575,22,T,I,A,B,,,,"]}]}]}}`
	vnetRecord = `{"time":"2025-03-21T21:00:30Z","flowLogGUID":"g","macAddress":"000A0A00AA00","category":"c","flowLogResourceID":"/F","targetResourceID":"/V","flowLogVersion":4,"operationName":"o","flowRecords":{"flows":[{"aclID":"/A","flowGroups":[{"rule":"PlatformRule","flowTuples":["1742590776123,10.0.0.1,10.0.0.2,1,22,6,O,E,NX,1,2,3,4"]}]}]}}`
)

// TestEnvelopes holds the wrappings that producers put around records.
func TestEnvelopes(t *testing.T) {
	f := func(name, content string, records int, reasons ...Reason) {
		t.Helper()
		got := decodeString(content)
		rejected := []Reason{}
		for _, r := range got.Rejects {
			rejected = append(rejected, r.Reason)
		}
		if len(got.Entries) != records || got.Records != records || got.Err != "" {
			t.Errorf("%s: %d tuples in %d records, error %q, want %d", name, len(got.Entries), got.Records, got.Err, records)
		}
		if reasons == nil {
			reasons = []Reason{}
		}
		if diff := cmp.Diff(reasons, rejected); diff != "" {
			t.Errorf("%s: rejects (-want +got):\n%s", name, diff)
		}
		if got.Pending != 0 {
			t.Errorf("%s: %d bytes pending", name, got.Pending)
		}
	}
	both := nsgRecord + "," + vnetRecord
	f("nothing", "", 0)
	f("no records", `{"records":[]}`, 0)
	f("records", `{"records":[`+both+`]}`, 2)
	f("pretty", "{\n \"records\" : [\n"+nsgRecord+"\n,\n"+vnetRecord+"\n ]\n}\n", 2)
	f("byte order mark", "\xef\xbb\xbf"+`{"records":[`+both+`]}`, 2)
	f("no end", `{"records":[`+both, 2)
	f("fragment", `,`+both+`]}`, 2)
	f("bare", nsgRecord, 1)
	f("list", `[`+both+`]`, 2)
	f("lines", nsgRecord+"\n"+vnetRecord+"\r\n"+nsgRecord+"\n", 3)
	f("event", `{"event":`+nsgRecord+"}\n"+`{"host":"h","event":`+vnetRecord+`,"source":{"a":[1,2]}}`, 2)
	f("event with records", `{"event":{"records":[`+both+`]}}`, 2)
	f("keys around", `{"count":2,"records":[`+both+`],"next":null,"meta":{"a":[1]}}`, 2)
	f("nested records", `{"records":[`+nsgRecord+`,{"records":[`+both+`]},`+vnetRecord+`]}`, 4)
	f("two objects", `{"records":[`+both+`]}{"records":[`+both+`]}`, 4)
	f("extra keys", strings.Replace(nsgRecord, `"time"`, `"identity":{"a":{"b":[null,true,1.5e3,"}"]}},"time"`, 1), 1)
	f("escaped keys and values", strings.Replace(nsgRecord, `"flowTuples":["17`, `"flow\u0054uples":["\u00317`, 1), 1)
}

func TestRejects(t *testing.T) {
	f := func(name, content string, tuples int, reasons ...Reason) {
		t.Helper()
		got := decodeString(content)
		rejected := []Reason{}
		for _, r := range got.Rejects {
			rejected = append(rejected, r.Reason)
			if r.Offset < 0 || r.Offset+r.Length > int64(len(content)) || r.Length == 0 {
				t.Errorf("%s: place %+v outside the content", name, r)
			} else if !strings.HasPrefix(content[r.Offset:], r.Sample) {
				t.Errorf("%s: sample %q is not at %d", name, r.Sample, r.Offset)
			}
		}
		if len(got.Entries) != tuples {
			t.Errorf("%s: %d tuples, want %d", name, len(got.Entries), tuples)
		}
		if diff := cmp.Diff(reasons, rejected); diff != "" {
			t.Errorf("%s: (-want +got):\n%s", name, diff)
		}
	}
	in := func(tuples string) string {
		return `{"records":[` + nsgRecord + "," + strings.Replace(vnetRecord, `"1742590776123,10.0.0.1,10.0.0.2,1,22,6,O,E,NX,1,2,3,4"`, tuples, 1) + "," + nsgRecord + `]}`
	}
	f("fields", in(`"1742590776,1.2.3.4,1.2.3.4,1,2,T,I"`), 2, BadFields)
	f("too many fields", in(`"1742590776,1.2.3.4,1.2.3.4,1,2,T,I,A,B,1,2,3,4,5"`), 2, BadFields)
	f("time", in(`"not-a-time,1.2.3.4,1.2.3.4,1,2,T,I,A"`), 2, BadTime)
	f("time zero", in(`"0000000000,1.2.3.4,1.2.3.4,1,2,T,I,A"`), 2, BadTime)
	f("address", in(`"1742590776,1.2.3.256,1.2.3.4,1,2,T,I,A","1742590776,1.2.3.4,1.02.3.4,1,2,T,I,A"`), 2, BadAddress, BadAddress)
	f("port", in(`"1742590776,1.2.3.4,1.2.3.4,65536,2,T,I,A","1742590776,1.2.3.4,1.2.3.4,6,,T,I,A"`), 2, BadPort, BadPort)
	f("protocol", in(`"1742590776,1.2.3.4,1.2.3.4,1,2,X,I,A","1742590776,1.2.3.4,1.2.3.4,1,2,256,I,A"`), 2, BadProtocol, BadProtocol)
	f("direction", in(`"1742590776,1.2.3.4,1.2.3.4,1,2,T,X,A"`), 2, BadDirection)
	f("decision", in(`"1742590776,1.2.3.4,1.2.3.4,1,2,T,I,Q"`), 2, BadDecision)
	f("state", in(`"1742590776,1.2.3.4,1.2.3.4,1,2,T,I,A,D,1,2,3,4"`), 2, BadState)
	f("no state but counters", in(`"1742590776,1.2.3.4,1.2.3.4,1,2,T,I,A,,1,2,3,4"`), 2, BadState)
	f("encryption", in(`"1742590776,1.2.3.4,1.2.3.4,1,2,6,I,B,NEW,1,2,3,4","1742590776,1.2.3.4,1.2.3.4,1,2,6,I,B"`), 2, BadEncryption, BadEncryption)
	f("counter", in(`"1742590776,1.2.3.4,1.2.3.4,1,2,6,I,E,NX,-1,2,3,4","1742590776,1.2.3.4,1.2.3.4,1,2,6,I,E,NX,1,99999999999999999999,3,4"`), 2, BadCounter, BadCounter)
	f("not a string", in(`17,"1742590776,1.2.3.4,1.2.3.4,1,2,T,I,A",{"a":1}`), 3, TupleNotString, TupleNotString)
	f("one among good ones", in(`"1742590776,1.2.3.4,1.2.3.4,1,2,T,I,A","x","1742590776,1.2.3.4,1.2.3.4,1,2,T,I,A,,,,,,,"`), 4, BadFields)
	f("wrong kind of flows", `{"records":[{"time":"t","flowRecords":"x"},`+vnetRecord+`]}`, 1, BadShape)
	f("shape", `{"records":[`+strings.Replace(nsgRecord, `"flows":[{"rule"`, `"flows":[7,{"rule"`, 1)+`]}`, 1, BadShape)
	f("mac is a number", strings.Replace(nsgRecord, `"mac":"000A0A00AA00"`, `"mac":12`, 1), 1, BadShape)
	f("foreign", `{"a":1}`+"\n"+nsgRecord, 1, NotARecord)
	f("deep", `{"a":`+strings.Repeat("[", 100)+strings.Repeat("]", 100)+"}\n"+nsgRecord, 1, TooDeep)
	f("words", "garbage and more\n"+nsgRecord, 1, BadSyntax)
	f("only words", "garbage", 0, BadSyntax)
	f("broken record", `{"records":[`+nsgRecord+","+strings.Replace(vnetRecord, `"rule":`, `"rule"#`, 1)+","+nsgRecord+`]}`, 2, BadSyntax)
	f("missing quote", `{"records":[`+nsgRecord+","+strings.Replace(vnetRecord, `,3,4"`, `,3,4`, 1)+","+nsgRecord+`]}`, 2, BadSyntax)
	f("record cut in a string", `{"records":[`+nsgRecord+","+vnetRecord[:len(vnetRecord)-30]+","+nsgRecord+`]}`, 2, BadSyntax)
	f("broken at the end", `{"records":[`+nsgRecord+`,{"time":]}`, 1, BadSyntax)
	f("payload after the records", `{"records":[`+nsgRecord+`],"flowRecords":{"flows":[]}}`, 1, BadShape)
}

// TestRejectsAreCountedBeyondTheList holds both readers to exact counts where
// a record has more rejects than it lists, and where it was begun anew.
func TestRejectsAreCountedBeyondTheList(t *testing.T) {
	good := `"1742590776123,10.0.0.1,10.0.0.2,1,22,6,O,E,NX,1,2,3,4"`
	bad := strings.Repeat(`"x",`, 1000) + strings.Repeat(`"17,1.2.3.4,1.2.3.4,1,2,T,I,A",`, 10) + good
	for name, content := range map[string]string{
		"canonical": strings.Replace(vnetRecord, good, bad, 1),
		"tolerant":  strings.Replace(strings.Replace(vnetRecord, good, bad, 1), `]}]}]}}`, `] }]}]}}`, 1),
	} {
		for _, r := range []*Reader{NewReader(), tolerantReader()} {
			// Reading byte by byte begins the record anew at every fill.
			got := decodeAll(r, iotest.HalfReader(strings.NewReader("garbage "+content)), Mark{})
			listed := map[Reason]int{}
			for _, reject := range got.Rejects {
				listed[reject.Reason]++
			}
			if diff := cmp.Diff(map[Reason]int{BadSyntax: 1, BadFields: maxListed, BadTime: 10}, listed); diff != "" {
				t.Errorf("%s: listed (-want +got):\n%s", name, diff)
			}
			if diff := cmp.Diff(map[Reason]int64{BadFields: 1000 - maxListed}, got.Unlisted); diff != "" || len(got.Entries) != 1 {
				t.Errorf("%s: %d tuples, unlisted (-want +got):\n%s", name, len(got.Entries), diff)
			}
		}
	}
}

// TestLongNames holds that a name of any length costs only itself.
func TestLongNames(t *testing.T) {
	long := strings.Repeat("x", maxName+1)
	for _, key := range []string{"macAddress", "flowLogResourceID", "targetResourceID", "aclID", "rule"} {
		for extra, want := range []int{0, 1} {
			value := regexp.MustCompile(`"` + key + `":"[^"]*"`)
			content := value.ReplaceAllString(vnetRecord, `"`+key+`":"`+long[:maxName+extra]+`"`)
			fast, slow := decodeString(content), decodeAll(tolerantReader(), strings.NewReader(content), Mark{})
			if diff := cmp.Diff(slow, fast); diff != "" {
				t.Errorf("%s (-tolerant +canonical):\n%s", key, diff)
			}
			if len(fast.Entries) != 1 || len(fast.Rejects) != want || want > 0 && fast.Rejects[0].Reason != NameTooLong {
				t.Errorf("%s of %d bytes: %d tuples, rejects %+v", key, maxName+extra, len(fast.Entries), fast.Rejects)
			}
		}
	}
}

func TestEverySyntaxErrorSparesTheNeighbours(t *testing.T) {
	// Any one character of the record in the middle is broken.
	for i := range vnetRecord {
		for _, c := range []byte(`"{}[],:\x`) {
			damaged := []byte(vnetRecord)
			damaged[i] = c
			got := decodeString(`{"records":[` + nsgRecord + "," + string(damaged) + "," + nsgRecord + "," + nsgRecord + `]}`)
			nsg := 0
			for _, e := range got.Entries {
				if e.Log.Target == "/subscriptions/s/nsg" {
					nsg++
				}
			}
			if nsg != 3 {
				t.Errorf("%q at %d: %d of 3 neighbours, rejects %+v", c, i, nsg, got.Rejects)
			}
		}
	}
}

func TestCutShortIsPending(t *testing.T) {
	whole := `{"records":[` + nsgRecord + "," + vnetRecord
	for cut := range len(whole) {
		got := decodeString(whole[:cut])
		want := strings.Count(whole[:cut], "]}]}]}}")
		if len(got.Entries) != want || len(got.Rejects) != 0 {
			t.Fatalf("cut at %d: %d tuples, want %d; rejects %+v", cut, len(got.Entries), want, got.Rejects)
		}
		rest := decodeAll(NewReader(), strings.NewReader(whole), got.Mark)
		if len(rest.Entries)+len(got.Entries) != 2 {
			t.Fatalf("cut at %d and resumed at %d: %d + %d tuples", cut, got.Mark.Offset, len(got.Entries), len(rest.Entries))
		}
	}
}

// TestInterruptedInDamage stops reading in the middle of damage: what was
// rejected there must not count twice.
func TestInterruptedInDamage(t *testing.T) {
	content := nsgRecord + "\n" + strings.Repeat("garbage ", 1<<18) + "\n" + nsgRecord
	want := decodeString(content)
	stop := errors.New("stop")
	got := decodeAll(NewReader(), io.MultiReader(strings.NewReader(content[:3<<19]), iotest.ErrReader(stop)), Mark{})
	if got.Err != stop.Error() || len(got.Rejects) != 0 || got.Records != 1 {
		t.Fatalf("interrupted: %d records, rejects %+v, error %q", got.Records, got.Rejects, got.Err)
	}
	rest := decodeAll(NewReader(), strings.NewReader(content), got.Mark)
	if rest.Err != "" || rest.Records != 1 || rest.Mark != want.Mark {
		t.Errorf("resumed: %d records, error %q", rest.Records, rest.Err)
	}
	if diff := cmp.Diff(want.Rejects, rest.Rejects); diff != "" {
		t.Errorf("rejects (-undisturbed +resumed):\n%s", diff)
	}
}

func TestGzip(t *testing.T) {
	content := generate(3, 20)
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	io.WriteString(w, content)
	w.Close()
	want := decodeString(content)
	want.Mark.Tail = 0
	if diff := cmp.Diff(want, decodeString(z.String())); diff != "" {
		t.Errorf("(-plain +gzip):\n%s", diff)
	}
	damaged := decodeString(z.String()[:z.Len()/2])
	if !strings.HasPrefix(damaged.Err, "cannot decompress") || damaged.Records == 0 {
		t.Errorf("half of a gzip stream: %d records, error %q", damaged.Records, damaged.Err)
	}
}
