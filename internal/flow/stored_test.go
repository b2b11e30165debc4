package flow

import "testing"

// Rows of the store hold these numbers, so none of them may ever change. A new
// value gets the next free number, at the end of its list and here.
func TestStoredNumbers(t *testing.T) {
	f := func(name string, got, want uint8) {
		t.Helper()
		if got != want {
			t.Errorf("%s is stored as %d and would now be read as %d", name, want, got)
		}
	}
	f("Inbound", uint8(Inbound), 0)
	f("Outbound", uint8(Outbound), 1)

	f("Allowed", uint8(Allowed), 0)
	f("Denied", uint8(Denied), 1)

	f("EncryptionUnknown", uint8(EncryptionUnknown), 0)
	f("Encrypted", uint8(Encrypted), 1)
	f("Unencrypted", uint8(Unencrypted), 2)
	f("UnsupportedHardware", uint8(UnsupportedHardware), 3)
	f("SoftwareNotReady", uint8(SoftwareNotReady), 4)
	f("NotAccepted", uint8(NotAccepted), 5)
	f("DiscoveryNotSupported", uint8(DiscoveryNotSupported), 6)
	f("LocalDestination", uint8(LocalDestination), 7)
	f("Fallback", uint8(Fallback), 8)
	f("the number of encryption states", uint8(encryptionCount), 9)

	f("TypeUnknown", uint8(TypeUnknown), 0)
	f("IntraVNet", uint8(IntraVNet), 1)
	f("InterVNet", uint8(InterVNet), 2)
	f("P2S", uint8(P2S), 3)
	f("S2S", uint8(S2S), 4)
	f("AzurePublic", uint8(AzurePublic), 5)
	f("MaliciousFlow", uint8(MaliciousFlow), 6)
	f("ExternalPublic", uint8(ExternalPublic), 7)
	f("UnknownPrivate", uint8(UnknownPrivate), 8)
	f("the number of types", uint8(typeCount), 9)

	f("NoStarts", uint8(NoStarts), 1)
	f("NoForward", uint8(NoForward), 2)
	f("NoBack", uint8(NoBack), 4)
	f("AtHop", uint8(AtHop), 8)
	f("Duplicate", uint8(Duplicate), 16)
}
