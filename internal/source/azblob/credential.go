package azblob

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azqueue"
)

// Login is who asks an account. All of one kind must be given, and one kind; with
// none Azure's usual order is tried: environment, workload identity, managed
// identity, az login.
type Login struct {
	Key        string // of the account
	SAS        string // a shared access signature, with or without the question mark
	Connection string // a connection string, which has one of these

	// Identity is "managed", "workload" or "cli"; "" is the usual order, or what
	// Secret or Certificate say.
	Identity string
	Tenant   string
	Client   string // the application, or a managed identity that is assigned by a user
	Secret   string // of the application
	// Certificate is the path of a file with the certificate and the key of the
	// application, PEM or PKCS#12.
	Certificate string
}

// secrets are the texts of a login that must be shown nowhere.
func (l Login) secrets() []string {
	var out []string
	for _, s := range []string{l.Key, l.Secret, l.Connection, strings.TrimPrefix(l.SAS, "?")} {
		if s != "" {
			out = append(out, s)
		}
	}
	if sas, err := url.ParseQuery(strings.TrimPrefix(l.SAS, "?")); err == nil && sas.Get("sig") != "" {
		out = append(out, sas.Get("sig"), url.QueryEscape(sas.Get("sig")))
	}
	for part := range strings.SplitSeq(l.Connection, ";") {
		if name, value, _ := strings.Cut(part, "="); value != "" && (strings.EqualFold(name, "AccountKey") || strings.EqualFold(name, "SharedAccessSignature")) {
			out = append(out, value)
		}
	}
	return out
}

// opened resolves a connection string into an endpoint and a login.
func (l Login) opened(endpoint string) (Login, string, error) {
	if l.Connection == "" {
		return l, endpoint, nil
	}
	fields := map[string]string{}
	for part := range strings.SplitSeq(l.Connection, ";") {
		if name, value, ok := strings.Cut(strings.TrimSpace(part), "="); ok {
			fields[strings.ToLower(name)] = value
		}
	}
	l.Key, l.SAS = fields["accountkey"], fields["sharedaccesssignature"]
	if l.Key == "" && l.SAS == "" {
		return l, "", errors.New("the connection string has neither AccountKey nor SharedAccessSignature")
	}
	if at := fields["blobendpoint"]; at != "" && endpoint == "" {
		endpoint = at
	}
	return l, endpoint, nil
}

var errNoKey = errors.New("the key is not one of a storage account, which is Base64; copy it anew")

// client returns how a container is asked.
func (l Login) client(c *container.ClientOptions, endpoint, account, name string) (*container.Client, error) {
	at := strings.TrimSuffix(endpoint, "/") + "/" + name
	switch {
	case l.Key != "":
		key, err := container.NewSharedKeyCredential(account, l.Key)
		if err != nil {
			return nil, errNoKey
		}
		return container.NewClientWithSharedKeyCredential(at, key, c)
	case l.SAS != "":
		return container.NewClientWithNoCredential(at+"?"+strings.TrimPrefix(l.SAS, "?"), c)
	}
	token, err := l.token(at)
	if err != nil {
		return nil, err
	}
	return container.NewClient(at, token, c)
}

// queue returns how the queue of an account is asked.
func (l Login) queue(c *azqueue.ClientOptions, at, account string) (*azqueue.QueueClient, error) {
	switch {
	case l.Key != "":
		key, err := azqueue.NewSharedKeyCredential(account, l.Key)
		if err != nil {
			return nil, errNoKey
		}
		return azqueue.NewQueueClientWithSharedKeyCredential(at, key, c)
	case l.SAS != "":
		return azqueue.NewQueueClientWithNoCredential(at+"?"+strings.TrimPrefix(l.SAS, "?"), c)
	}
	token, err := l.token(at)
	if err != nil {
		return nil, err
	}
	return azqueue.NewQueueClient(at, token, c)
}

// token returns the identity that asks at an endpoint, from the Microsoft Entra of
// its cloud.
func (l Login) token(at string) (azcore.TokenCredential, error) {
	in := azcore.ClientOptions{Cloud: cloudOf(at)}
	switch {
	case l.Secret != "":
		return azidentity.NewClientSecretCredential(l.Tenant, l.Client, l.Secret, &azidentity.ClientSecretCredentialOptions{ClientOptions: in})
	case l.Certificate != "":
		text, err := os.ReadFile(l.Certificate)
		if err != nil {
			return nil, fmt.Errorf("cannot read the certificate: %w", err)
		}
		chain, key, err := azidentity.ParseCertificates(text, nil)
		if err != nil {
			return nil, fmt.Errorf("cannot use the certificate %s, which must have its key with it and no password: %w", l.Certificate, err)
		}
		return azidentity.NewClientCertificateCredential(l.Tenant, l.Client, chain, key, &azidentity.ClientCertificateCredentialOptions{ClientOptions: in})
	}
	switch l.Identity {
	case "managed":
		o := &azidentity.ManagedIdentityCredentialOptions{ClientOptions: in}
		if l.Client != "" {
			o.ID = azidentity.ClientID(l.Client)
		}
		return azidentity.NewManagedIdentityCredential(o)
	case "workload":
		return azidentity.NewWorkloadIdentityCredential(&azidentity.WorkloadIdentityCredentialOptions{ClientOptions: in, ClientID: l.Client, TenantID: l.Tenant})
	case "cli":
		return azidentity.NewAzureCLICredential(&azidentity.AzureCLICredentialOptions{TenantID: l.Tenant})
	}
	return azidentity.NewDefaultAzureCredential(&azidentity.DefaultAzureCredentialOptions{ClientOptions: in, TenantID: l.Tenant})
}

// cloudOf is the cloud of an endpoint, whose tokens those of others are not. It is
// empty for the public one, and for what AZURE_AUTHORITY_HOST names.
func cloudOf(at string) cloud.Configuration {
	u, err := url.Parse(at)
	switch {
	case err != nil:
	case strings.HasSuffix(strings.ToLower(u.Hostname()), ".usgovcloudapi.net"):
		return cloud.AzureGovernment
	case strings.HasSuffix(strings.ToLower(u.Hostname()), ".chinacloudapi.cn"):
		return cloud.AzureChina
	}
	return cloud.Configuration{}
}

// Who says who asks, without a secret.
func (l Login) Who() string {
	application := "the application " + l.Client + " of the tenant " + l.Tenant
	switch {
	case l.Connection != "":
		return "a connection string"
	case l.Key != "":
		return "the key of the account"
	case l.SAS != "":
		return "a shared access signature"
	case l.Secret != "":
		return application + ", by its secret"
	case l.Certificate != "":
		return application + ", by its certificate"
	case l.Identity == "managed" && l.Client != "":
		return "the managed identity " + l.Client
	case l.Identity == "managed":
		return "the managed identity of this machine"
	case l.Identity == "workload":
		return "the workload identity of this pod"
	case l.Identity == "cli":
		return "who is logged in with az login"
	}
	return "the first of environment, workload identity, managed identity and az login that there is"
}
