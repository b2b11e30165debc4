package kql

import (
	"context"
	"errors"
	"fmt"

	"weir/internal/store"
)

// Looking lets a store be asked for what the columns of a query depend on.
func Looking(ctx context.Context, ask func(context.Context, string) (store.Rows, error)) func(sql string) ([][]string, error) {
	return func(sql string) (all [][]string, err error) {
		rows, err := ask(ctx, sql)
		if err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, rows.Close()) }()
		for rows.Next() {
			var row []string
			for _, v := range rows.Values() {
				text, ok := v.(string)
				if !ok {
					return nil, fmt.Errorf("cannot find the columns of the query: the store answers with a %T", v)
				}
				row = append(row, text)
			}
			all = append(all, row)
		}
		return all, rows.Err()
	}
}
