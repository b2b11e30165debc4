package threat

import "testing"

// Stored histories hold these numbers, so none of them may ever change. A new
// category gets the next free number, at the end of the list and here.
func TestStoredCategories(t *testing.T) {
	f := func(got Category, want uint8) {
		t.Helper()
		if uint8(got) != want {
			t.Errorf("%s is stored as %d and would now be read as %s", got, want, Category(want))
		}
	}
	f(C2, 1)
	f(Botnet, 2)
	f(Malware, 3)
	f(MaliciousURL, 4)
	f(Phishing, 5)
	f(CryptoMining, 6)
	f(DDoS, 7)
	f(DarkNet, 8)
	f(Proxy, 9)
	f(PUA, 10)
	f(WatchList, 11)
	f(categoryEnd, 12)
}
