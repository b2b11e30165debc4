package knowledge

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"weir/internal/enrich/service"
	"weir/internal/store"
)

// ServiceTagsInput is a weekly file of service tags.
type ServiceTagsInput struct {
	Name    string    `json:"name"` // of the file, which has the date
	Date    time.Time `json:"date"` // instead of that in the name; zero: that
	Content []byte    `json:"-"`
}

// ServiceTagsReport says what became of a file of service tags.
type ServiceTagsReport struct {
	ServiceTagsVersion
	Rejected []string `json:"rejected"` // prefixes that cannot be read, with their tags
	New      bool     `json:"new"`      // false: one of the same change number was replaced
}

// ServiceTagsVersion is one weekly file that is kept.
type ServiceTagsVersion struct {
	Date         time.Time `json:"date"`
	ChangeNumber int       `json:"changeNumber"`
	Cloud        string    `json:"cloud"`
	Tags         int       `json:"tags"`
	Prefixes     int       `json:"prefixes"`
}

// tagsHead is the first line of a document of service tags.
type tagsHead struct {
	Name string    `json:"name"`
	Date time.Time `json:"date"`
}

// tags are the weekly files together.
type tags struct {
	versions *service.Versions
	hashes   map[int]uint64 // by change number
}

// ServiceTags returns the weekly files that are kept, in order of date.
func (k *Keeper) ServiceTags(context.Context) ([]ServiceTagsVersion, error) {
	var out []ServiceTagsVersion
	for _, s := range k.known.Load().tags.versions.All() {
		out = append(out, versionOf(s))
	}
	return out, nil
}

// ImportServiceTags takes a weekly file of service tags as what holds from
// its date.
func (k *Keeper) ImportServiceTags(ctx context.Context, in ServiceTagsInput) (*ServiceTagsReport, error) {
	k.change.Lock()
	defer k.change.Unlock()
	s, err := in.read()
	if err != nil {
		return nil, err
	}
	next := *k.known.Load()
	isNew, hash := false, uint64(0)
	doc := store.Document{Kind: kindServiceTags, Name: strconv.Itoa(s.ChangeNumber), At: s.Date}
	if doc.Body, hash, err = pack(tagsHead{in.Name, s.Date}, in.Content); err != nil {
		return nil, err
	}
	if next.tags, isNew, err = next.tags.with(s, hash); err != nil {
		return nil, fmt.Errorf("cannot take the service tags in %s: %w", in.Name, err)
	}
	next.threats = nil // Azure's own addresses are not malicious
	r := &ServiceTagsReport{versionOf(s), append([]string{}, s.Rejected...), isNew}
	return r, k.learn(ctx, &next, store.Learning{Put: []store.Document{doc}})
}

// read reads the file.
func (in *ServiceTagsInput) read() (*service.Snapshot, error) {
	s, err := service.Read(in.Name, bytes.NewReader(in.Content))
	if err != nil {
		return nil, err
	}
	if !in.Date.IsZero() {
		s = s.Dated(in.Date.UTC())
	}
	if s.Date.IsZero() {
		return nil, errors.New("cannot take the service tags in " + in.Name + ": the name has no date (ServiceTags_Public_20251117.json); give it with --date")
	}
	return s, nil
}

// with returns the tags with one more file.
func (t tags) with(s *service.Snapshot, hash uint64) (tags, bool, error) {
	versions, isNew, err := t.versions.With(s)
	if err != nil {
		return t, false, err
	}
	hashes := map[int]uint64{s.ChangeNumber: hash}
	for number, h := range t.hashes {
		if number != s.ChangeNumber {
			hashes[number] = h
		}
	}
	return tags{versions, hashes}, isNew, nil
}

// readTags reads the files that are kept.
func (k *Keeper) readTags(ctx context.Context) (tags, error) {
	t := tags{versions: service.NewVersions()}
	docs, err := k.documents(ctx, kindServiceTags)
	if err != nil {
		return t, err
	}
	for _, d := range docs {
		var head tagsHead
		content, hash, err := unpack(d, &head)
		if err != nil {
			return t, err
		}
		in := ServiceTagsInput{Name: head.Name, Date: head.Date, Content: content}
		s, err := in.read()
		if err != nil {
			return t, err
		}
		if t, _, err = t.with(s, hash); err != nil {
			return t, err
		}
	}
	return t, nil
}

func versionOf(s *service.Snapshot) ServiceTagsVersion {
	return ServiceTagsVersion{s.Date, s.ChangeNumber, s.Cloud, s.Tags, s.Prefixes}
}
