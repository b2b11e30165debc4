package azblob

import "testing"

// TestClouds holds of which cloud who asks an account is known.
func TestClouds(t *testing.T) {
	for endpoint, want := range map[string]string{
		"https://logs.blob.core.windows.net":               "",
		"https://logs.blob.core.usgovcloudapi.net":         "https://login.microsoftonline.us/",
		"https://LOGS.queue.core.USGOVCLOUDAPI.net/events": "https://login.microsoftonline.us/",
		"https://logs.blob.core.chinacloudapi.cn/box":      "https://login.chinacloudapi.cn/",
		"https://usgovcloudapi.net.example.org":            "",
		"http://127.0.0.1:10000/devstoreaccount1":          "",
		"%": "",
	} {
		if got := cloudOf(endpoint).ActiveDirectoryAuthorityHost; got != want {
			t.Errorf("%s: %q, want %q", endpoint, got, want)
		}
	}
}
