package azblob

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azqueue"

	"weir/internal/source"
)

// Containers returns the containers to which Azure writes flow logs.
func Containers() []string {
	return []string{"insights-logs-networksecuritygroupflowevent", "insights-logs-flowlogflowevent"}
}

// Config says what of an account is read.
type Config struct {
	Endpoint   string   // of its blobs, as https://ACCOUNT.blob.core.windows.net
	Containers []string // none: Containers
	Prefixes   []string // of names of blobs; none: all
	From       time.Time
	Login      Login
	// Queue is the URL of a storage queue into which Event Grid writes which blobs were
	// written; "": there is none, and lists tell it.
	Queue string
	// Every is the shortest time between two looks at a flow log.
	Every time.Duration
	// Rate bounds what History reads, in bytes a second; 0: it is not bounded.
	Rate int64
	// Retry is how long after a first failure the next try is, twice as long after
	// each further one; 0: DefaultRetry.
	Retry time.Duration

	transport policy.Transporter // of tests
}

// Account is a storage account. Live and History share it; each may be listed by
// one goroutine at a time.
type Account struct {
	cfg     Config
	login   Login
	name    string
	boxes   []*box
	queue   *queue // nil: there is none
	meter   *meter
	limit   *limiter
	retries retries
	begun   time.Time

	mu      sync.Mutex
	fence   time.Time // Live reads hours from here on, History those before
	history HistoryState
}

// box is a container.
type box struct {
	name   string
	client *container.Client

	mu         sync.Mutex
	logs       map[string]*flowLog // by what their names begin with
	discovered time.Time           // when flow logs were last looked for everywhere
	searched   time.Time           // when they were last looked for
	levels     int                 // how many folders are listed to find new ones
	barren     map[string]bool     // folders without flow logs beside those with some
	fault      error               // why it could not be listed the last time
	missing    bool                // it is not there, which is no fault of one of two that Azure makes
	// archived and deleted are blobs that cannot be read before they are brought back.
	archived, deleted map[string]bool
	keepsQuiet        atomic.Bool // it does not list what is deleted
}

// New returns the account of a configuration. It asks nothing yet.
func New(cfg Config) (*Account, error) {
	login, endpoint, err := cfg.Login.opened(cfg.Endpoint)
	if err != nil {
		return nil, err
	}
	cfg.Endpoint = strings.TrimSuffix(endpoint, "/")
	at, err := url.Parse(cfg.Endpoint)
	if err != nil || at.Host == "" || at.Scheme != "https" && at.Scheme != "http" {
		return nil, errors.New("the account has no endpoint such as https://ACCOUNT.blob.core.windows.net")
	}
	if login.Key == "" && login.SAS == "" && at.Scheme != "https" {
		return nil, fmt.Errorf("cannot log in at %s: an identity is only sent over https", cfg.Endpoint)
	}
	cfg.Every, cfg.Retry = cmp.Or(cfg.Every, DefaultEvery), cmp.Or(cfg.Retry, DefaultRetry)
	a := &Account{cfg: cfg, login: login, name: accountOf(at), meter: &meter{}, limit: &limiter{rate: cfg.Rate}, retries: retries{first: cfg.Retry}, begun: time.Now()}
	common := azcore.ClientOptions{
		Retry:            policy.RetryOptions{MaxRetries: 2, RetryDelay: cfg.Retry / 4, MaxRetryDelay: 5 * time.Second},
		PerRetryPolicies: []policy.Policy{a.meter},
		Transport:        cfg.transport,
		Telemetry:        policy.TelemetryOptions{ApplicationID: "weir"},
	}
	if cfg.transport == nil {
		common.Transport = &http.Client{Transport: transport()}
	}
	names := cfg.Containers
	if len(names) == 0 {
		names = Containers()
	}
	for _, name := range names {
		client, err := login.client(&container.ClientOptions{ClientOptions: common}, cfg.Endpoint, a.name, name)
		if err != nil {
			return nil, a.hide(err)
		}
		a.boxes = append(a.boxes, &box{name: name, client: client, logs: map[string]*flowLog{}})
	}
	if cfg.Queue != "" {
		common.PerRetryPolicies = []policy.Policy{queueMeter{a.meter}}
		if a.queue, err = a.newQueue(cfg.Queue, &azqueue.ClientOptions{ClientOptions: common}); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// DefaultEvery is the shortest time between two looks at a flow log. A number is
// on the page within ten seconds with it; half of it would cost twice as much.
const DefaultEvery = 4 * time.Second

// transport gives up what does not answer.
func transport() *http.Transport {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:     true,
		MaxIdleConns:          64,
		MaxIdleConnsPerHost:   64,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   10 * time.Second,
		ResponseHeaderTimeout: 15 * time.Second,
	}
}

// accountOf is the name of the account at an endpoint: the first part of the
// host, or of the path where the host is an address, as that of an emulator.
func accountOf(at *url.URL) string {
	if path := strings.Trim(at.Path, "/"); path != "" {
		return path
	}
	name, _, _ := strings.Cut(at.Hostname(), ".")
	return name
}

// String names the account.
func (a *Account) String() string { return a.cfg.Endpoint }

// now is the time as Azure has it.
func (a *Account) now() time.Time {
	_, _, skew := a.meter.state()
	return time.Now().Add(skew).UTC()
}

// url is the name of a blob for the ledger and for users.
func (a *Account) url(b *box, name string) string { return a.cfg.Endpoint + "/" + b.name + "/" + name }

// object is a blob as a source lists it.
func (a *Account) object(b *box, item *container.BlobItem, limited bool) source.Object {
	p := item.Properties
	o := source.Object{Name: a.url(b, *item.Name), ETag: etag(p.ETag), Size: value(p.ContentLength), Modified: value(p.LastModified)}
	return a.openable(b, *item.Name, o, limited)
}

// etag is that of a header or a listing, of which one has it quoted.
func etag(e *azcore.ETag) string { return strings.Trim(string(value(e)), `"`) }

func value[T any](p *T) (zero T) {
	if p == nil {
		return zero
	}
	return *p
}
