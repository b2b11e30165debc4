package flow

import "testing"

func TestProtocolNumber(t *testing.T) {
	f := func(text string, want uint8, ok bool) {
		t.Helper()
		if n, known := ProtocolNumber(text); n != want || known != ok {
			t.Errorf("ProtocolNumber(%q) = %d, %v, want %d, %v", text, n, known, want, ok)
		}
	}
	f("tcp", 6, true)
	f("ICMP", 1, true)
	f("50", 50, true)
	f("256", 255, false)
	f("carrier pigeon", 0, false)
}
