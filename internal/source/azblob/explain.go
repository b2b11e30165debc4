package azblob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
)

// isTransient tells whether the same request can be expected to succeed later.
func isTransient(err error) bool {
	var told *Fault
	if errors.As(err, &told) {
		return told.transient
	}
	var answer *azcore.ResponseError
	if errors.As(err, &answer) {
		return answer.StatusCode == http.StatusTooManyRequests || answer.StatusCode == http.StatusRequestTimeout ||
			answer.StatusCode == http.StatusPreconditionFailed || answer.StatusCode >= http.StatusInternalServerError
	}
	var network net.Error
	return errors.As(err, &network) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF)
}

// retryAfter is how long an answer asks to wait, 0 where it does not say.
func retryAfter(err error) time.Duration {
	var told *Fault
	if errors.As(err, &told) {
		return told.after
	}
	var answer *azcore.ResponseError
	if !errors.As(err, &answer) || answer.RawResponse == nil {
		return 0
	}
	n, _ := strconv.Atoi(answer.RawResponse.Header.Get("Retry-After"))
	return min(time.Duration(max(n, 0))*time.Second, lastRetry)
}

// Fault is why an account does not give what is asked of it, and what mends it.
type Fault struct {
	Cause string // one line
	Mend  string // what to do, a command where there is one
	Code  string // of Azure's answer; "": there was none

	transient bool
	after     time.Duration // how long it asks to wait
}

func (f *Fault) Error() string { return f.Cause + "; " + f.Mend }

// explain says in words what an answer of Azure means, with no secret in it.
func (a *Account) explain(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	var known *Fault
	if errors.As(err, &known) {
		return err
	}
	said := firstLine(a.hidden(plainly(err)))
	f := &Fault{transient: isTransient(err), after: retryAfter(err)}
	var answer *azcore.ResponseError
	var login *azidentity.AuthenticationFailedError
	var name *net.DNSError
	var network net.Error
	switch {
	case errors.As(err, &answer):
		a.answered(f, answer)
	case errors.As(err, &login):
		f.Cause, f.Mend = "cannot log in as "+a.login.Who()+": "+said, "check the tenant, the application and its secret, or run az login"
	case strings.Contains(err.Error(), "DefaultAzureCredential"), strings.Contains(err.Error(), "Credential: "):
		f.Cause, f.Mend = "cannot log in as "+a.login.Who()+": "+said, "run az login, or say in the configuration who asks: key, sas, client-secret or login"
	case errors.As(err, &name):
		f.Cause, f.Mend = fmt.Sprintf("the name %s does not resolve", name.Name), "check the name of the account: az storage account show --name "+a.name+" --query primaryEndpoints.blob; behind a private endpoint, this machine needs its DNS zone"
	case errors.As(err, &network) && network.Timeout():
		f.Cause, f.Mend = "the account does not answer in time", "check that this machine may reach it: a firewall, a proxy (HTTPS_PROXY), or the networks that the account allows"
	default:
		f.Cause, f.Mend = said, "it is tried again"
	}
	return f
}

// answered says what an answer with an error means.
func (a *Account) answered(f *Fault, answer *azcore.ResponseError) {
	code := answer.ErrorCode
	f.Code = code
	said := fmt.Sprintf("%d %s", answer.StatusCode, code)
	switch {
	case code == "AuthorizationPermissionMismatch", code == "InsufficientAccountPermissions":
		f.Cause = "who asks, " + a.login.Who() + ", may not read the blobs (" + said + ")"
		f.Mend = a.letIn()
	case code == "AuthorizationFailure", code == "IpAuthorizationError":
		f.Cause = "the account does not let us in (" + said + "): its firewall keeps this machine out, or it does not accept " + a.login.Who()
		f.Mend = "az storage account network-rule add --account-name " + a.name + " --ip-address ADDRESS, or read through a private endpoint; else " + a.letIn()
	case code == "KeyBasedAuthenticationNotPermitted":
		f.Cause = "the account takes no keys (" + said + ")"
		f.Mend = "ask as an identity with the role Storage Blob Data Reader: leave the key out, and set login"
	case code == "InvalidAuthenticationInfo" && strings.Contains(answer.Error(), "Issuer"):
		f.Cause = "the account is in another tenant than who asks (" + said + ")"
		f.Mend = "set tenant to that of the account: az account show --query tenantId"
	case code == "AuthenticationFailed" && a.login.SAS != "":
		f.Cause = "the shared access signature has expired, or is not one of this account (" + said + ")"
		f.Mend = a.letIn()
	case code == "AuthenticationFailed":
		f.Cause = "the account does not accept " + a.login.Who() + " (" + said + ")"
		f.Mend = a.letIn() + "; and check the clock of this machine"
	case strings.HasPrefix(code, "AuthorizationResourceTypeMismatch"), strings.HasPrefix(code, "AuthorizationServiceMismatch"), code == "AuthorizationSourceIPMismatch":
		f.Cause = "the shared access signature does not reach (" + said + ")"
		f.Mend = "make one for the service blob, the types container and object, with the rights read and list, and the address of this machine"
	case code == "InvalidHeaderValue" && strings.Contains(answer.Error(), "API version"):
		f.Cause = "the server is older than what Weir speaks (" + said + "): " + versionIn(answer.Error())
		f.Mend = "use a newer server; Azurite answers anyway when it is started with --skipApiVersionCheck"
	case code == "ContainerNotFound":
		f.Cause = "there is no such container (" + said + ")"
		f.Mend = "Azure makes it when the first flow log is written; see whether one is on: az network watcher flow-log list --location REGION"
	case code == "AccountIsDisabled", code == "ResourceNotFound":
		f.Cause = "there is no such account, or it is disabled (" + said + ")"
		f.Mend = "az storage account show --name " + a.name
	case code == "BlobArchived", code == "BlobBeingRehydrated":
		f.Cause = "it is archived (" + said + ")"
		f.Mend = "bring it back: az storage blob set-tier --tier Hot, for this account " + a.name
	case answer.StatusCode == http.StatusTooManyRequests, answer.StatusCode == http.StatusServiceUnavailable:
		f.Cause = "the account is busy (" + said + ")"
		f.Mend = "it is tried again, at longer and longer times; others may ask it too much"
	default:
		f.Cause, f.Mend = "the account answers "+said, "it is tried again"
	}
}

// versionIn is the sentence of an answer that names the version it does not know.
func versionIn(text string) string {
	_, text, _ = strings.Cut(text, "The API version ")
	version, _, _ := strings.Cut(text, " ")
	return "it does not know the API version " + version
}

// letIn is what gives who asks the right to read.
func (a *Account) letIn() string {
	switch {
	case a.login.SAS != "":
		return "make a new signature with the rights read and list: az storage account generate-sas --account-name " + a.name + " --services b --resource-types co --permissions rl --expiry DATE"
	case a.login.Key != "":
		return "take the key anew, as it was perhaps rotated: az storage account keys list --account-name " + a.name
	}
	return `give who asks the role: az role assignment create --role "Storage Blob Data Reader" --assignee ID --scope $(az storage account show --name ` +
		a.name + ` --query id -o tsv); it holds after some minutes`
}

// plainly is an error without the URL of a request, whose query may be a secret.
func plainly(err error) string {
	var at *url.Error
	if errors.As(err, &at) {
		return at.Err.Error()
	}
	return err.Error()
}

// hidden replaces the secrets in a text, which should have none.
func (a *Account) hidden(text string) string {
	for _, s := range append(a.login.secrets(), a.cfg.Login.secrets()...) {
		text = strings.ReplaceAll(text, s, "(hidden)")
	}
	return text
}

func (a *Account) hide(err error) error { return errors.New(a.hidden(plainly(err))) }

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(line)
}
