package main

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"weir/internal/simulate"
	"weir/internal/source/azuritetest"
	"weir/internal/terminal"
)

// The key of an account comes from one of two variables and is shown nowhere;
// what is said at the end is what the account holds.
func TestSimulateIntoAnAccount(t *testing.T) {
	account := azuritetest.Start(t)
	simulated := func(key, connection, endpoint string, seed int) (code int, out, stdout, stderr string) {
		t.Setenv(keyVariable, key)
		t.Setenv(connectionVariable, connection)
		out = t.TempDir()
		var said, told bytes.Buffer
		code = run(t.Context(), newApp(nil, &said, &told), []string{
			"simulate", "--live", "--pace", "0", "--hours", "1", "--vms", "12", "--rate", "0.1", "--seed", fmt.Sprint(seed), "--out", out, "--azure", endpoint,
		})
		if all := said.String() + told.String(); strings.Contains(all, account.Key) || strings.Contains(all, "secret") {
			t.Errorf("a secret is shown:\n%s", all)
		}
		return code, out, said.String(), told.String()
	}
	blobs := int64(0)
	for seed, with := range []struct{ key, connection string }{{account.Key, ""}, {"", account.ConnectionString}} {
		code, out, stdout, stderr := simulated(with.key, with.connection, account.Blob, seed)
		if code != 0 {
			t.Fatalf("exit code %d: %s", code, stderr)
		}
		truth, err := simulate.LoadTruth(out)
		if err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("%s with %s tuples are in %s; the exact truth is in %s.\n", terminal.Plural(truth.Total.Objects, "blob"),
			terminal.Full(truth.Total.Tuples), account.Blob, filepath.Join(out, "truth.json")); !strings.HasSuffix(stdout, want) {
			t.Errorf("it says\n%swant\n%s", stdout, want)
		}
		if folders := simulate.LogFolders(out); len(folders) > 0 {
			t.Errorf("the folder has logs too: %s", folders)
		}
		blobs += truth.Total.Objects
	}
	held := int64(0)
	client := account.Client(t)
	for _, box := range []string{"insights-logs-networksecuritygroupflowevent", "insights-logs-flowlogflowevent"} {
		for pages := client.NewListBlobsFlatPager(box, nil); pages.More(); {
			page, err := pages.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			held += int64(len(page.Segment.BlobItems))
		}
	}
	if held != blobs {
		t.Errorf("the account holds %d blobs, want %d", held, blobs)
	}
	for _, tc := range []struct {
		key, endpoint string
		seed, code    int
		want          string
	}{
		{account.Key, account.Blob, 0, 1, "it is there already; take another --seed"},
		{account.Key, "https://logs.blob.core.windows.net/?sig=secret", 0, 2, "--azure: it is no endpoint such as"},
		{"", account.Blob, 0, 2, "--azure needs the key of the account in the environment"},
		{"c2VjcmV0", account.Blob, 3, 1, "the account answers 403 AuthorizationFailure"},
	} {
		code, _, _, stderr := simulated(tc.key, "", tc.endpoint, tc.seed)
		if code != tc.code || !strings.Contains(stderr, tc.want) {
			t.Errorf("%s: exit code %d, want %d with %q:\n%s", tc.endpoint, code, tc.code, tc.want, stderr)
		}
	}
}
