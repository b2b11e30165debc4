package licences

import (
	"bytes"
	"encoding/json"
	"regexp"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestClassify(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		if got := Classify(text); got != want {
			t.Errorf("Classify(%.40q...) = %s, want %s", text, got, want)
		}
	}
	const (
		mit = "MIT License\n\nPermission is hereby granted, free of charge, to any person obtaining a copy\nof this software ... " +
			"The above copyright notice and this permission notice shall be included in all copies"
		bsd2 = "Redistribution and use in source and binary forms, with or without\nmodification, are permitted provided that"
	)
	f(mit, "MIT")
	f(bsd2, "BSD-2-Clause")
	f(bsd2+" ... Neither the name of Google Inc. nor the names of its", "BSD-3-Clause")
	f("Apache License\n   Version 2.0, January 2004", "Apache-2.0")
	f("Apache License\nVersion 2.0, January 2004\n"+mit, "Apache-2.0 AND MIT")
	f("Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted.", "0BSD")
	f("Permission to use, copy, modify, and/or distribute this software for any purpose, provided that the above copyright notice", "ISC")
	f("GNU GENERAL PUBLIC LICENSE\nVersion 3", "GPL")
	f("GNU AFFERO GENERAL PUBLIC LICENSE", "AGPL-3.0")
	f("You may use this on Tuesdays.", Unknown)
	f("", Unknown)
}

func TestCheck(t *testing.T) {
	f := func(expression, want string) {
		t.Helper()
		got := "allowed"
		if err := Check(expression); err != nil {
			got = err.Error()
		}
		if !strings.HasPrefix(got, want) {
			t.Errorf("Check(%q) = %s, want %s", expression, got, want)
		}
	}
	f("MIT", "allowed")
	f("Apache-2.0 AND BSD-3-Clause AND MIT", "allowed")
	f("GPL-2.0 OR BSD-3-Clause", "allowed")
	f("(MIT OR Apache-2.0)", "allowed")
	f("GPL", "its licence is GPL, which is not among those that may be linked")
	f("MIT AND AGPL-3.0", "its licence is AGPL-3.0, which is not")
	f(Unknown, "its licence is not known")
	f("", "its licence is not known")
}

// The binary itself says which modules it links: what the list has beside them
// is not in it, and what the list lacks has no known licence.
func TestOf(t *testing.T) {
	info := &debug.BuildInfo{Deps: []*debug.Module{
		{Path: "example.org/known", Version: "v1.0.0"},
		{Path: "example.org/newer", Version: "v2.0.0"},
		{Path: "example.org/old", Version: "v1.0.0", Replace: &debug.Module{Path: "example.org/Fork", Version: "v1.1.0+incompatible"}},
	}}
	list := []Component{
		{Name: "DuckDB", Version: "v1.5.6", Kind: Library, Licence: "MIT"},
		{Name: "example.org/known", Version: "v1.0.0", Kind: GoModule, Licence: "MIT"},
		{Name: "example.org/newer", Version: "v1.0.0", Kind: GoModule, Licence: "MIT"},
		{Name: "example.org/unlinked", Version: "v1.0.0", Kind: GoModule, Licence: "MIT"},
		Go("go1.26.8", "text"),
	}
	want := []Component{
		{Name: "example.org/Fork", Version: "v1.1.0+incompatible", Kind: GoModule, Licence: Unknown, PURL: "pkg:golang/example.org/fork@v1.1.0%2Bincompatible"},
		{Name: "example.org/known", Version: "v1.0.0", Kind: GoModule, Licence: "MIT"},
		{Name: "example.org/newer", Version: "v2.0.0", Kind: GoModule, Licence: Unknown, PURL: "pkg:golang/example.org/newer@v2.0.0"},
		{Name: "Go", Version: "1.26.8", Kind: GoModule, Licence: "BSD-3-Clause", PURL: "pkg:golang/std@1.26.8", Text: "text"},
		{Name: "DuckDB", Version: "v1.5.6", Kind: Library, Licence: "MIT"},
	}
	if d := cmp.Diff(want, Of(info, list)); d != "" {
		t.Errorf("Of() (-want +got):\n%s", d)
	}
	var b bytes.Buffer
	if err := Write(&b, want); err != nil {
		t.Fatal(err)
	}
	got, err := Read(&b)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("what was written is read back (-want +got):\n%s", d)
	}
}

// The fields that the schema of SPDX 2.3 requires are there, in its forms, and
// every component is a package that the product contains.
func TestSPDX(t *testing.T) {
	list := []Component{
		{Name: "@scope/name", Version: "1.0.0", Kind: NPMPackage, Licence: "MIT", PURL: NPMPURL("@scope/name", "1.0.0"), Text: "MIT"},
		{Name: "TPC-H data generator", Version: "of DuckDB v1.5.6", Kind: Library, Licence: "LicenseRef-TPC-EULA", Text: "TPC"},
		{Name: "no licence", Version: "1", Kind: GoModule, Licence: Unknown},
	}
	p := Product{Version: "v1.0.0-3-gabc", Target: "linux/amd64", Built: time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("", 3600))}
	var b bytes.Buffer
	if err := WriteSPDX(&b, p, list); err != nil {
		t.Fatal(err)
	}
	var d map[string]any
	if err := json.Unmarshal(b.Bytes(), &d); err != nil {
		t.Fatal(err)
	}
	match := func(where string, of map[string]any, fields map[string]string) {
		t.Helper()
		for field, form := range fields {
			text, ok := of[field].(string)
			if !ok || !regexp.MustCompile("^(?:"+form+")$").MatchString(text) {
				t.Errorf("%s: %s is %v, want %s", where, field, of[field], form)
			}
		}
	}
	const id, licence = `SPDXRef-[a-zA-Z0-9.-]+`, `NOASSERTION|[A-Za-z0-9.+ ()-]+`
	match("document", d, map[string]string{
		"SPDXID": "SPDXRef-DOCUMENT", "spdxVersion": `SPDX-2\.3`, "dataLicense": `CC0-1\.0`, "name": ".+",
		"documentNamespace": `https://spdx\.org/spdxdocs/weir-[A-Za-z0-9.-]+`,
	})
	creation := d["creationInfo"].(map[string]any)
	match("creationInfo", creation, map[string]string{"created": `2026-01-02T02:04:05Z`})
	for _, c := range creation["creators"].([]any) {
		if !regexp.MustCompile(`^(Tool|Person|Organization): .+$`).MatchString(c.(string)) {
			t.Errorf("creator %v", c)
		}
	}
	ids := map[string]bool{"SPDXRef-DOCUMENT": true}
	for _, x := range d["packages"].([]any) {
		pkg := x.(map[string]any)
		match("package", pkg, map[string]string{
			"SPDXID": id, "name": ".+", "versionInfo": ".+", "downloadLocation": "NOASSERTION",
			"licenseConcluded": licence, "licenseDeclared": licence, "copyrightText": "NOASSERTION",
		})
		if ids[pkg["SPDXID"].(string)] {
			t.Errorf("%v is there twice", pkg["SPDXID"])
		}
		ids[pkg["SPDXID"].(string)] = true
		refs, _ := pkg["externalRefs"].([]any)
		for _, r := range refs {
			match("externalRef", r.(map[string]any), map[string]string{
				"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": `pkg:[a-z]+/[^@ ]+@[^ ]+`,
			})
		}
	}
	contained := 0
	for _, x := range d["relationships"].([]any) {
		r := x.(map[string]any)
		match("relationship", r, map[string]string{"spdxElementId": id, "relatedSpdxElement": id, "relationshipType": "DESCRIBES|CONTAINS"})
		if !ids[r["spdxElementId"].(string)] || !ids[r["relatedSpdxElement"].(string)] {
			t.Errorf("relationship %v is with something that is not there", r)
		}
		if r["relationshipType"] == "CONTAINS" {
			contained++
		}
	}
	if contained != len(list) {
		t.Errorf("%d components are contained, want %d", contained, len(list))
	}
	extracted := d["hasExtractedLicensingInfos"].([]any)
	match("extracted licence", extracted[0].(map[string]any), map[string]string{"licenseId": "LicenseRef-TPC-EULA", "extractedText": "TPC"})
}
