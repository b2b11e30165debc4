package azure

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"weir/internal/topology"
)

// The credential of the machine is asked for a token of the tenant that is read.
func TestCredentialOfMachine(t *testing.T) {
	bin := t.TempDir()
	az := `#!/bin/sh
echo "$@" | grep -q "management" || { echo "another resource: $*" >&2; exit 1; }
tenant=$(echo "$@" | sed -n 's/.*--tenant "*\([^ "]*\).*/\1/p')
echo "{\"accessToken\":\"of:$tenant\",\"expiresOn\":\"2999-01-01 00:00:00.000000\",\"expires_on\":32472144000,\"tokenType\":\"Bearer\"}"
`
	if err := os.WriteFile(filepath.Join(bin, "az"), []byte(az), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Setenv("AZURE_TOKEN_CREDENTIALS", "AzureCLICredential")
	o := options(cloud(t, map[string]*graph{contoso: {subs: []sub{{id: "s1", name: "Production", tenant: contoso, resources: []string{vnet("s1", "v")}}}}}), contoso)
	o.Credential = nil
	same(t, "networks", 1, read(t, o).Report.Kinds[topology.KindVNet])

	// Who is not signed in is told what to do, and the tool's own words.
	if err := os.WriteFile(filepath.Join(bin, "az"), []byte("#!/bin/sh\necho \"ERROR: Please run 'az login' to setup account.\" >&2; exit 1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := Read(t.Context(), o)
	if err == nil || !strings.Contains(err.Error(), "cannot sign in: run az login --tenant "+contoso+", or set AZURE_TENANT_ID") || !strings.Contains(err.Error(), "Please run 'az login'") {
		t.Errorf("error %v", err)
	}
	t.Setenv("AZURE_TOKEN_CREDENTIALS", "nonsense")
	if _, err = Read(t.Context(), o); err == nil || !strings.Contains(err.Error(), "cannot sign in") || !strings.Contains(err.Error(), "nonsense") {
		t.Errorf("error %v", err)
	}
}
