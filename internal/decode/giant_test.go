package decode

import (
	"slices"
	"strings"
	"testing"
)

// TestGiantRecord holds that whoever reads is asked before memory is taken for
// a giant record, and gets it back after it, while the rest is read as ever.
func TestGiantRecord(t *testing.T) {
	tuple := `"1742590776123,10.0.0.1,10.0.0.2,1,22,6,O,E,NX,1,2,3,4"`
	giant := strings.Replace(vnetRecord, tuple, strings.Repeat(tuple+",", 2*giantWindow/len(tuple))+tuple, 1)
	content := vnetRecord + "\n" + giant + "\n" + strings.Repeat(nsgRecord+"\n", 5000)
	want := decodeString(content)
	for _, trim := range []bool{false, true} {
		r, asked := NewReader(), 0
		r.BeforeGiant = func() {
			asked++
			if len(r.buf) > giantWindow+padding && asked == 1 {
				t.Errorf("asked with a window of %d bytes", len(r.buf))
			}
		}
		if err := r.Reset(strings.NewReader(content), Mark{}); err != nil {
			t.Fatal(err)
		}
		var got decoded
		for {
			rec, err := r.Next()
			if err != nil {
				break
			}
			got.add(rec)
			if len(rec.Tuples) > 1 && trim {
				r.Trim()
				if len(r.buf) > windowSize+padding && r.end-r.pos <= windowSize/2 || cap(r.record.Tuples) > keep {
					t.Errorf("trimmed to a window of %d bytes and %d tuples", len(r.buf), cap(r.record.Tuples))
				}
			}
		}
		got.Mark = r.Consumed()
		got.Pending = r.Pending()
		if !slices.Equal(want.Entries, got.Entries) || want.Records != got.Records || want.Mark != got.Mark || len(got.Rejects) > 0 {
			t.Errorf("trimmed %v: %d tuples in %d records, %d bytes, want %d in %d, %d", trim, len(got.Entries), got.Records, got.Mark.Offset, len(want.Entries), want.Records, want.Mark.Offset)
		}
		if asked == 0 {
			t.Error("nobody was asked")
		}
	}
	r := NewReader()
	r.BeforeGiant = func() { t.Error("asked for small records") }
	decodeAll(r, strings.NewReader(strings.Repeat(nsgRecord+"\n", 20000)), Mark{})
}
