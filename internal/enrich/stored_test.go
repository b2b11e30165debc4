package enrich

import "testing"

// The store holds these numbers with every endpoint, so none of them may ever
// change. A new class gets the next free number, at the end of the list and here.
func TestStoredClasses(t *testing.T) {
	f := func(got Class, want uint8, word string) {
		t.Helper()
		if uint8(got) != want || got.String() != word {
			t.Errorf("class %s is stored as %d and would now be read as %s (%d)", word, want, got, uint8(got))
		}
	}
	f(NoClass, 0, "")
	f(VNet, 1, "vnet")
	f(P2S, 2, "p2s")
	f(S2S, 3, "s2s")
	f(Private, 4, "private")
	f(Azure, 5, "azure")
	f(External, 6, "external")
	f(Class(len(ClassTexts)), 7, "invalid") // as many as there are
}
