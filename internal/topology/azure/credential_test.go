package azure

import (
	"errors"
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
	if lines := strings.Split(err.Error(), "\n"); len(lines) > 1 || strings.Contains(lines[0], "troubleshoot") {
		t.Errorf("more than a line: %q", lines)
	}
	t.Setenv("AZURE_TOKEN_CREDENTIALS", "EnvironmentCredential")
	if _, err = Read(t.Context(), o); err == nil || !strings.HasSuffix(err.Error(), "or use a machine with a managed identity") {
		t.Errorf("error %v", err)
	}
	t.Setenv("AZURE_TOKEN_CREDENTIALS", "nonsense")
	if _, err = Read(t.Context(), o); err == nil || !strings.Contains(err.Error(), "cannot sign in") || !strings.Contains(err.Error(), "nonsense") {
		t.Errorf("error %v", err)
	}
}

// What the SDK says becomes one line with what matters.
func TestWhatTheySaid(t *testing.T) {
	for text, want := range map[string]string{
		"DefaultAzureCredential: failed to acquire a token.\nAttempted credentials:\n\tEnvironmentCredential: missing environment variable AZURE_TENANT_ID\n" +
			"\tManagedIdentityCredential authentication failed.\n\t\tGET http://169.254.169.254/metadata/identity/oauth2/token\n------\nRESPONSE 403: 403 Forbidden\n" +
			"------\nTo troubleshoot, visit https://example\n\tAzureCLICredential: Azure CLI not found on path": "ManagedIdentityCredential authentication failed",
		"ClientSecretCredential authentication failed.\nPOST https://login.example/t/oauth2/v2.0/token\n------\nRESPONSE 401 Unauthorized\n------\n{\n" +
			`  "error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret provided. Trace ID: 1 Correlation ID: 2"` + "\n}": "ClientSecretCredential authentication failed; AADSTS7000215: Invalid client secret provided.",
		"invalid AZURE_TOKEN_CREDENTIALS value \"x\". See https://example": `invalid AZURE_TOKEN_CREDENTIALS value "x".`,
	} {
		if got := whatTheySaid(errors.New(text)); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
