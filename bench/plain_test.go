package bench

import (
	"fmt"

	duck "github.com/duckdb/duckdb-go-bindings"
)

// plain is DuckDB as anybody would use it.
type plain struct {
	db   duck.Database
	conn duck.Connection
}

func openPlain(path string, settings ...string) (*plain, error) {
	var p plain
	var config duck.Config
	if duck.CreateConfig(&config) == duck.StateError {
		return nil, fmt.Errorf("cannot configure DuckDB")
	}
	defer duck.DestroyConfig(&config)
	for i := 0; i < len(settings); i += 2 {
		if duck.SetConfig(config, settings[i], settings[i+1]) == duck.StateError {
			return nil, fmt.Errorf("cannot set %s of DuckDB to %s", settings[i], settings[i+1])
		}
	}
	var message string
	if duck.OpenExt(path, &p.db, config, &message) == duck.StateError {
		return nil, fmt.Errorf("cannot open DuckDB at %s: %s", path, message)
	}
	if duck.Connect(p.db, &p.conn) == duck.StateError {
		return nil, fmt.Errorf("cannot connect to DuckDB at %s", path)
	}
	return &p, nil
}

func (p *plain) close() {
	duck.Disconnect(&p.conn)
	duck.Close(&p.db)
}

// ask runs a statement to its end and returns the numbers in the last column
// of its answer, where those are of 64 bits.
func (p *plain) ask(sql string) (numbers []int64, err error) {
	var res duck.Result
	defer duck.DestroyResult(&res)
	if duck.Query(p.conn, sql, &res) == duck.StateError {
		return nil, fmt.Errorf("cannot run %.60s...: %s", sql, duck.ResultError(&res))
	}
	last := duck.ColumnCount(&res) - 1
	if duck.ColumnType(&res, last) != duck.TypeBigInt {
		return nil, nil
	}
	for {
		chunk := duck.FetchChunk(res)
		if chunk.Ptr == nil {
			return numbers, nil
		}
		n := duck.DataChunkGetSize(chunk)
		if n == 0 {
			duck.DestroyDataChunk(&chunk)
			return numbers, nil
		}
		values := (*[1 << 20]int64)(duck.VectorGetData(duck.DataChunkGetVector(chunk, last)))
		numbers = append(numbers, values[:n]...)
		duck.DestroyDataChunk(&chunk)
	}
}
