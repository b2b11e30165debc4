package threat

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Category is what kind of threat an address is, in the words of Traffic
// Analytics. The zero Category is none. Its numbers are stored and may not change;
// a new one comes last.
type Category uint8

// The categories, gravest first.
const (
	C2 Category = iota + 1
	Botnet
	Malware
	MaliciousURL
	Phishing
	CryptoMining
	DDoS
	DarkNet
	Proxy
	PUA
	WatchList
	categoryEnd
)

var categoryNames = [categoryEnd]string{
	"", "C2", "Botnet", "Malware", "MaliciousUrl", "Phishing", "CryptoMining", "DDos", "DarkNet", "Proxy", "PUA", "WatchList",
}

// String returns the word of Traffic Analytics, "DDos" and "MaliciousUrl"
// among them.
func (c Category) String() string {
	if c >= categoryEnd {
		return fmt.Sprintf("Category(%d)", uint8(c))
	}
	return categoryNames[c]
}

// MarshalJSON writes the word.
func (c Category) MarshalJSON() ([]byte, error) { return json.Marshal(c.String()) }

// Categories returns all categories, gravest first.
func Categories() []Category {
	var out []Category
	for c := C2; c < categoryEnd; c++ {
		out = append(out, c)
	}
	return out
}

// ParseCategory reads one of the words of String in any case.
func ParseCategory(s string) (Category, error) {
	for c := C2; c < categoryEnd; c++ {
		if strings.EqualFold(s, categoryNames[c]) {
			return c, nil
		}
	}
	return 0, fmt.Errorf("%q is not a category of threats: use one of %s", s, strings.Join(categoryNames[1:], ", "))
}

// vocabulary holds, by category, the words with which feeds say it: STIX
// indicator, malware and label vocabularies, MISP taxonomies, abuse.ch. Words
// are compared without case, spaces and signs; those with a star also match
// within longer words. Earlier categories win, so "botnet_cc" is C2.
func vocabulary() [][]string {
	return [][]string{
		C2:           {"c2", "c2*server", "cc", "cnc", "candc", "c2c", "botnetcc*", "commandandcontrol*", "commandcontrol*", "beacon"},
		Botnet:       {"bot", "bots", "botnet*", "zombie*", "ddosbot"},
		CryptoMining: {"cryptomin*", "coinmin*", "cryptojack*", "miner", "miners", "mining", "resourceexploitation", "resourceexploitationmalware"},
		DarkNet:      {"tor", "darknet*", "darkweb*", "torexit*", "tornode*", "torrelay*", "onion", "i2p"},
		Phishing:     {"phish*", "spearphish*", "credentialharvest*", "socialengineering", "fraud", "scam"},
		MaliciousURL: {"maliciousurl*", "malwaredownload*", "malwaredistribution*", "malwarehosting*", "payloaddelivery*", "exploitkit*", "driveby*", "downloadsite"},
		Malware:      {"malware*", "maliciousfile*", "trojan*", "ransomware*", "worm", "virus", "backdoor*", "spyware*", "rootkit*", "keylogger*", "dropper", "downloader", "payload", "rat", "stealer", "wiper", "webshell"},
		DDoS:         {"ddos*", "dos", "denialofservice*", "booter*", "stresser*", "amplification*"},
		Proxy:        {"proxy*", "proxies", "openproxy*", "anonymization*", "anonymizer*", "anonymous*", "vpn", "socks"},
		PUA:          {"pua", "pup", "adware*", "grayware*", "greyware*", "riskware*", "potentiallyunwanted*"},
		WatchList: {
			"watchlist*", "maliciousactivity", "anomalousactivity", "suspicious*", "attribution", "compromised*", "scan*", "portscan*",
			"bruteforce*", "spam*", "reputation*", "attack*", "blocklist*", "blacklist*", "apt", "intrusion*", "generic", "unknown", "other",
		},
	}
}

// words maps the terms of feeds to categories. It does not change once made.
type words struct {
	exact map[string]Category
	begin []prefixWord // in order of category, gravest rules first
}

type prefixWord struct {
	text     string
	category Category
}

func newWords() *words {
	w := &words{exact: map[string]Category{}}
	all := vocabulary()
	for _, c := range []Category{C2, Botnet, CryptoMining, DarkNet, Phishing, MaliciousURL, Malware, DDoS, Proxy, PUA, WatchList} {
		for _, text := range all[c] {
			plain := strings.ReplaceAll(text, "*", "")
			if _, known := w.exact[plain]; !known {
				w.exact[plain] = c
			}
			if strings.HasSuffix(text, "*") {
				w.begin = append(w.begin, prefixWord{plain, c})
			}
		}
	}
	return w
}

// category returns what a feed's terms say: the first term with a meaning
// other than WatchList, else WatchList if any says so, else none.
func (w *words) category(terms ...string) Category {
	found := Category(0)
	for _, term := range terms {
		if found = w.first(found, w.one(term)); found != 0 && found != WatchList {
			break
		}
	}
	return found
}

// first returns the first of two that says more than WatchList, else WatchList
// if one of them says so, else none.
func (*words) first(a, b Category) Category {
	if b == 0 || a != 0 && a != WatchList {
		return a
	}
	return b
}

func (w *words) one(term string) Category {
	term = strings.Map(func(r rune) rune {
		switch {
		case 'A' <= r && r <= 'Z':
			return r + 'a' - 'A'
		case 'a' <= r && r <= 'z' || '0' <= r && r <= '9':
			return r
		}
		return -1
	}, term)
	if c, ok := w.exact[term]; ok {
		return c
	}
	for _, p := range w.begin {
		if len(p.text) >= 4 && strings.Contains(term, p.text) {
			return p.category
		}
	}
	return 0
}
