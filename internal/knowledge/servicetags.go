package knowledge

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"time"

	"weir/internal/enrich/service"
	"weir/internal/store"
)

// ServiceTagsInput is a file of service tags: a weekly one, or an answer of the API.
type ServiceTagsInput struct {
	Name    string    `json:"name"` // of the file, which has the date
	Date    time.Time `json:"date"` // instead of that in the name; zero: that
	Content []byte    `json:"-"`
}

// ServiceTagsReport says what became of a file of service tags. What says the
// same as one that is kept is no version of its own: that one holds from the
// earlier of the two dates.
type ServiceTagsReport struct {
	ServiceTagsVersion          // Date is that from which it holds
	Rejected           []string `json:"rejected"`      // tags and prefixes that cannot be read: the first 100
	RejectedCount      int      `json:"rejectedCount"` // of all of them
	New                bool     `json:"new"`           // false: one that says the same was there
	Earlier            bool     `json:"earlier"`       // that was there, and now holds from an earlier date
}

// ServiceTagsVersion is one file of service tags that is kept.
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

// tags are the files together.
type tags struct {
	versions *service.Versions
	names    map[uint64]string // of the documents, by the ID of what they say
}

// ServiceTags returns the files that are kept, in order of date.
func (k *Keeper) ServiceTags(context.Context) ([]ServiceTagsVersion, error) {
	var out []ServiceTagsVersion
	for _, s := range k.known.Load().tags.versions.All() {
		out = append(out, versionOf(s))
	}
	return out, nil
}

// ImportServiceTags takes a file of service tags as what holds from its date.
func (k *Keeper) ImportServiceTags(ctx context.Context, in ServiceTagsInput) (*ServiceTagsReport, error) {
	k.change.Lock()
	defer k.change.Unlock()
	s, err := in.read()
	if err != nil {
		return nil, err
	}
	fail := func(err error) (*ServiceTagsReport, error) {
		return nil, fmt.Errorf("cannot take the service tags in %s: %w", in.Name, err)
	}
	if err := s.Check(k.now()); err != nil {
		return fail(err)
	}
	next := *k.known.Load()
	versions, change, err := next.tags.versions.With(s)
	if err != nil {
		return fail(err)
	}
	r := &ServiceTagsReport{
		ServiceTagsVersion: versionOf(versions.Of(s)), Rejected: append([]string{}, s.Rejected...), RejectedCount: s.RejectedCount,
		New: change == service.New, Earlier: change == service.Earlier,
	}
	if change == service.Known {
		return r, nil
	}
	next.tags = next.tags.with(versions, s, fmt.Sprintf("%d-%016x", s.ChangeNumber, s.ID))
	next.threats = nil // Azure's own addresses are not malicious
	doc := store.Document{Kind: kindServiceTags, Name: next.tags.names[s.ID], At: s.Date}
	if doc.Body, _, err = pack(tagsHead{in.Name, s.Date}, in.Content); err != nil {
		return nil, err
	}
	return r, k.learn(ctx, &next, store.Learning{Put: []store.Document{doc}})
}

// ForgetServiceTags forgets the files that hold from a day, as if they had never
// been taken: a date that was wrong is corrected by taking the file again.
func (k *Keeper) ForgetServiceTags(ctx context.Context, day time.Time) error {
	k.change.Lock()
	defer k.change.Unlock()
	next := *k.known.Load()
	versions, gone := next.tags.versions.Without(day)
	if len(gone) == 0 {
		return fmt.Errorf("cannot remove the service tags of %s: there are none of that day; weir service-tags list shows which there are", day.UTC().Format(time.DateOnly))
	}
	names := maps.Clone(next.tags.names)
	var l store.Learning
	for _, s := range gone {
		l.Remove = append(l.Remove, store.DocumentName{Kind: kindServiceTags, Name: names[s.ID]})
		delete(names, s.ID)
	}
	next.tags, next.threats = tags{versions, names}, nil
	return k.learn(ctx, &next, l)
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
	return s, nil
}

// with returns the tags with the versions that one more file makes, which is
// kept under that name, unless what says the same has one.
func (t tags) with(versions *service.Versions, s *service.Snapshot, name string) tags {
	names := maps.Clone(t.names)
	if names == nil {
		names = map[uint64]string{}
	}
	if names[s.ID] == "" {
		names[s.ID] = name
	}
	return tags{versions, names}
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
		content, _, err := unpack(d, &head)
		if err != nil {
			return t, err
		}
		in := ServiceTagsInput{Name: head.Name, Date: head.Date, Content: content}
		s, err := in.read()
		if err != nil {
			return t, err
		}
		versions, _, err := t.versions.With(s)
		if err != nil {
			return t, err
		}
		t = t.with(versions, s, d.Name)
	}
	return t, nil
}

func versionOf(s *service.Snapshot) ServiceTagsVersion {
	return ServiceTagsVersion{s.Date, s.ChangeNumber, s.Cloud, s.Tags, s.Prefixes}
}
