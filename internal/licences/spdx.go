package licences

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/zeebo/xxh3"
)

// Product is the binary that a bill of materials is of.
type Product struct {
	Version string
	Commit  string    // empty where it is not known
	Target  string    // linux/amd64
	Built   time.Time // when its source was committed; the same source gives the same bill
}

type spdxDocument struct {
	SPDXID            string             `json:"SPDXID"`
	SPDXVersion       string             `json:"spdxVersion"`
	DataLicense       string             `json:"dataLicense"`
	Name              string             `json:"name"`
	DocumentNamespace string             `json:"documentNamespace"`
	CreationInfo      spdxCreation       `json:"creationInfo"`
	Packages          []spdxPackage      `json:"packages"`
	Relationships     []spdxRelationship `json:"relationships"`
	Extracted         []spdxExtracted    `json:"hasExtractedLicensingInfos,omitempty"`
}

type spdxCreation struct {
	Created  string   `json:"created"`
	Creators []string `json:"creators"`
}

type spdxPackage struct {
	SPDXID           string    `json:"SPDXID"`
	Name             string    `json:"name"`
	VersionInfo      string    `json:"versionInfo,omitempty"`
	DownloadLocation string    `json:"downloadLocation"`
	FilesAnalyzed    bool      `json:"filesAnalyzed"`
	LicenseConcluded string    `json:"licenseConcluded"`
	LicenseDeclared  string    `json:"licenseDeclared"`
	CopyrightText    string    `json:"copyrightText"`
	PrimaryPurpose   string    `json:"primaryPackagePurpose,omitempty"`
	ExternalRefs     []spdxRef `json:"externalRefs,omitempty"`
}

type spdxRef struct {
	Category string `json:"referenceCategory"`
	Type     string `json:"referenceType"`
	Locator  string `json:"referenceLocator"`
}

type spdxRelationship struct {
	Element string `json:"spdxElementId"`
	Type    string `json:"relationshipType"`
	Related string `json:"relatedSpdxElement"`
}

type spdxExtracted struct {
	ID   string `json:"licenseId"`
	Text string `json:"extractedText"`
}

const (
	spdxRoot      = "SPDXRef-DOCUMENT"
	spdxProduct   = "SPDXRef-weir"
	licenceRefTPC = "LicenseRef-TPC-EULA"
)

// WriteSPDX writes a bill of materials as SPDX 2.3 in JSON: the product and
// each component that it contains, with version, licence and package URL.
func WriteSPDX(w io.Writer, p Product, list []Component) error {
	d := spdxDocument{
		SPDXID: spdxRoot, SPDXVersion: "SPDX-2.3", DataLicense: "CC0-1.0",
		Name:         "weir-" + p.Version,
		CreationInfo: spdxCreation{Created: p.Built.UTC().Format(time.RFC3339), Creators: []string{"Tool: weir-" + p.Version}},
	}
	weir := spdxPackage{
		SPDXID: spdxProduct, Name: "weir", VersionInfo: p.Version, DownloadLocation: Unknown,
		LicenseConcluded: "Apache-2.0", LicenseDeclared: "Apache-2.0", CopyrightText: Unknown, PrimaryPurpose: "APPLICATION",
	}
	d.Packages = append(d.Packages, weir)
	d.Relationships = append(d.Relationships, spdxRelationship{spdxRoot, "DESCRIBES", spdxProduct})
	extracted := map[string]bool{}
	hash := xxh3.New()
	fmt.Fprintln(hash, p.Version, p.Commit, p.Target)
	for i, c := range list {
		fmt.Fprintln(hash, c.Name, c.Version, c.Licence)
		pkg := spdxPackage{
			SPDXID: fmt.Sprintf("SPDXRef-%d-%s", i+1, spdxName(c.Name)), Name: c.Name, VersionInfo: c.Version, DownloadLocation: Unknown,
			LicenseConcluded: c.Licence, LicenseDeclared: c.Licence, CopyrightText: Unknown, PrimaryPurpose: "LIBRARY",
		}
		if c.PURL != "" {
			pkg.ExternalRefs = []spdxRef{{"PACKAGE-MANAGER", "purl", c.PURL}}
		}
		if strings.Contains(c.Licence, licenceRefTPC) && !extracted[licenceRefTPC] {
			extracted[licenceRefTPC] = true
			d.Extracted = append(d.Extracted, spdxExtracted{licenceRefTPC, c.Text})
		}
		d.Packages = append(d.Packages, pkg)
		d.Relationships = append(d.Relationships, spdxRelationship{spdxProduct, "CONTAINS", pkg.SPDXID})
	}
	d.DocumentNamespace = fmt.Sprintf("https://spdx.org/spdxdocs/weir-%s-%016x", spdxName(p.Version), hash.Sum64())
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(d)
}

// spdxName writes a name with the letters that an id of SPDX may have.
func spdxName(name string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '-':
			return r
		}
		return '-'
	}, name), "-")
}
