package server

import (
	"context"
	"errors"
	"unicode/utf8"

	"weir/internal/filter"
	"weir/internal/insight"
)

type completeInput struct {
	RangeInput
	Text   string `query:"text" maxLength:"4096" doc:"A filter, or the beginning of one." example:"vnet = hub and po"`
	Cursor int    `query:"cursor" minimum:"0" maximum:"4096" default:"4096" doc:"Place of the cursor in it, in characters. Default: the end."`
}

// Completion is what can stand in a filter at the cursor, and what is wrong
// with the filter as it is. Places are in characters.
type Completion struct {
	Suggestions []FilterSuggestion `json:"suggestions" doc:"What can stand at the cursor and begins as what stands there."`
	Fault       *FilterFault       `json:"fault" doc:"What is wrong with the whole text; null where it is a filter."`
}

// FilterSuggestion is a word that can stand at the cursor.
type FilterSuggestion struct {
	Text   string `json:"text" doc:"To be put in place of the characters from start to end."`
	Start  int    `json:"start"`
	End    int    `json:"end"`
	Detail string `json:"detail" doc:"What it means; of a stored value what else is known of it."`
}

// FilterFault says what is wrong with a filter, and with which of its characters.
type FilterFault struct {
	Start int    `json:"start"`
	End   int    `json:"end" doc:"The same as start where something is missing."`
	Text  string `json:"text" doc:"What is wrong."`
	Hint  string `json:"hint" doc:"What to write instead; empty where nobody knows."`
}

type valuesInput struct {
	RangeInput
	Field string `query:"field" required:"true" maxLength:"64" doc:"Field of the filter language, by any of its names: docs/reference/filters.md." example:"src.vnet"`
	Begin string `query:"begin" maxLength:"1024" doc:"How values begin. Default: any, but of addresses something must be given."`
	Limit int    `query:"limit" minimum:"1" maximum:"1000" default:"20" doc:"Rows wanted."`
}

func (s *Server) values(ctx context.Context, in *valuesInput) (*insight.ValuesAnswer, error) {
	return insight.Values(ctx, s.store, insight.ValuesQuestion{From: in.From, To: in.To, Field: in.Field, Begin: in.Begin, Limit: in.Limit})
}

func (s *Server) complete(ctx context.Context, in *completeInput) (*Completion, error) {
	characters := func(bytes int) int { return utf8.RuneCountInString(in.Text[:min(bytes, len(in.Text))]) }
	a := &Completion{Suggestions: []FilterSuggestion{}}
	suggestions, err := filter.Complete(in.Text, bytesOf(in.Text, in.Cursor), func(field, begin string) ([]filter.Value, error) {
		if err := s.turns.take(ctx); err != nil { // words need none
			return nil, err
		}
		defer s.turns.give()
		values, err := insight.Values(ctx, s.store, insight.ValuesQuestion{From: in.From, To: in.To, Field: field, Begin: begin})
		if err != nil {
			return nil, err
		}
		return values.Suggestions(), nil
	})
	if err != nil {
		return nil, err
	}
	for _, each := range suggestions {
		a.Suggestions = append(a.Suggestions, FilterSuggestion{Text: each.Text, Start: characters(each.Start), End: characters(each.End), Detail: each.Detail})
	}
	var fault *filter.Error
	if _, err := filter.Parse(in.Text); errors.As(err, &fault) {
		a.Fault = &FilterFault{Start: characters(fault.Pos), End: characters(fault.Pos + fault.Len), Text: fault.Text, Hint: fault.Hint}
	}
	return a, nil
}

// bytesOf returns how many bytes the first characters of a text have.
func bytesOf(text string, characters int) int {
	for at := range text {
		if characters == 0 {
			return at
		}
		characters--
	}
	return len(text)
}
