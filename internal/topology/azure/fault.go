package azure

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
)

// needReader says which permission reading takes.
const needReader = "give it the role Reader on the subscription or on a management group above it"

// Credential returns the credential that the SDK finds on this machine, for a
// tenant or, where that is empty, for its own: a service principal in
// AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET (or
// AZURE_CLIENT_CERTIFICATE_PATH), a workload identity, a managed identity, or
// who is signed in with az, azd or Azure PowerShell.
func Credential(tenant string) (azcore.TokenCredential, error) {
	o := &azidentity.DefaultAzureCredentialOptions{TenantID: tenant}
	if tenant != "" {
		o.AdditionallyAllowedTenants = []string{tenant}
	}
	return azidentity.NewDefaultAzureCredential(o)
}

// credential asks for tokens of one tenant, which a service principal from the
// environment would not do by itself.
type credential struct {
	azcore.TokenCredential
	tenant string
}

// GetToken returns a token of the tenant.
func (c credential) GetToken(ctx context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	if o.TenantID == "" {
		o.TenantID = c.tenant
	}
	t, err := c.TokenCredential.GetToken(ctx, o)
	if err != nil && ctx.Err() == nil {
		return t, &signInError{err}
	}
	return t, err
}

// signInError is the failure to get a token, which the SDK does not try again.
type signInError struct{ error }

func (e *signInError) Unwrap() error { return e.error }

// signIn says what to do about a credential that does not work.
func signIn(tenant string, err error) error {
	login := "az login"
	if tenant != "" {
		login += " --tenant " + tenant
	}
	text := fmt.Sprintf("cannot sign in: run %s, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, or use a machine with a managed identity", login)
	if said := whatTheySaid(err); said != "" {
		text += ": " + said
	}
	return errors.New(text)
}

var (
	attempt      = regexp.MustCompile(`^\w+Credential\b`)
	unconfigured = regexp.MustCompile(`missing environment variable|no client ID|not found|timed out|failed to acquire a token|no default identity`)
	directory    = regexp.MustCompile(`AADSTS\d+: [^"\\]*`) // the words of Entra ID
)

// whatTheySaid is what those said that were asked for a token, in one line:
// the SDK adds who is not set up, copies of exchanges and advice for programmers.
func whatTheySaid(err error) string {
	var said []string
	lines := strings.Split(err.Error(), "\n")
	for _, l := range lines {
		if l = strings.TrimSpace(l); attempt.MatchString(l) && !unconfigured.MatchString(l) {
			l, _, _ = strings.Cut(l, " To troubleshoot")
			said = append(said, strings.TrimRight(l, "."))
		}
	}
	if reason := directory.FindString(err.Error()); reason != "" {
		reason, _, _ = strings.Cut(reason, " Trace ID")
		said = append(said, strings.TrimSpace(reason))
	}
	if len(said) == 0 && !attempt.MatchString(lines[0]) {
		said = lines[:1]
	}
	text, _, _ := strings.Cut(strings.Join(said, "; "), " See https")
	const most = 400
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "..."
	}
	return text
}

// refused tells whether who asked may not ask this, or the scope is wrong: then
// a smaller scope may be allowed.
func refused(err error) bool {
	var e *azcore.ResponseError
	if !errors.As(err, &e) {
		return false
	}
	switch e.StatusCode {
	case http.StatusBadRequest, http.StatusForbidden, http.StatusNotFound:
		return true
	}
	return false
}

// explain says what to do about an error of the SDK, in one line.
func (t *tenant) explain(err error) error {
	var noToken *signInError
	if errors.As(err, &noToken) {
		return signIn(t.name, noToken.error)
	}
	var e *azcore.ResponseError
	if !errors.As(err, &e) {
		return err
	}
	said := brief(e)
	switch e.StatusCode {
	case http.StatusUnauthorized:
		return signIn(t.name, said)
	case http.StatusForbidden:
		return fmt.Errorf("the credential may not read it: %s: %w", needReader, said)
	case http.StatusTooManyRequests:
		return fmt.Errorf("asking Resource Graph too often, also after waiting: try again later: %w", said)
	}
	return fmt.Errorf("asking Resource Graph: %w", said)
}

// brief is an error of Resource Graph in one line; that of the SDK is a copy of
// the whole exchange.
func brief(e *azcore.ResponseError) error {
	text := fmt.Sprintf("%d %s", e.StatusCode, e.ErrorCode)
	var body struct {
		Error struct {
			Message string
			Details []struct{ Message string }
		}
	}
	if e.RawResponse == nil {
		return errors.New(text)
	}
	b, err := runtime.Payload(e.RawResponse)
	if err != nil || json.Unmarshal(b, &body) != nil {
		return errors.New(text) // the status has to do
	}
	for _, m := range append([]struct{ Message string }{{body.Error.Message}}, body.Error.Details...) {
		if m.Message != "" {
			text += ": " + m.Message
		}
	}
	return errors.New(text)
}
