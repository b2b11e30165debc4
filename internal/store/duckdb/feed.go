package duckdb

/*
#include <stdlib.h>

void weirFeedBind(void *);
void weirFeedInit(void *);
void weirFeedNext(void *, void *);
*/
import "C"

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"runtime/cgo"
	"strings"
	"sync/atomic"
	"unsafe"

	duck "github.com/duckdb/duckdb-go-bindings"
)

// feed is how our rows get into the engine: as the table function weir_feed,
// which statements of the writer read. DuckDB's appender collects the rows,
// copies them, and inserts them with several threads in pieces too small to
// be written as they are; one thread that reads them here needs half of the
// processor time and none of the memory.
//
// Every connection sees the function, so it takes the key of the statement
// that is running and refuses all others.
type feed struct {
	now    atomic.Pointer[feeding] // nil: no statement is running
	handle unsafe.Pointer          // C memory with the cgo.Handle of this feed
}

// feeding is what one statement reads.
type feeding struct {
	key   uint64
	types []duck.Type
	count int                       // of rows, about; for the planner
	next  func(*chunk) (int, error) // writes rows and returns how many; 0: the end
	chunk chunk
}

const feedName = "weir_feed"

// newFeed makes the function known to the database of the connection.
func newFeed(c *conn) (*feed, error) {
	f := &feed{handle: C.malloc(C.size_t(unsafe.Sizeof(cgo.Handle(0))))}
	*(*cgo.Handle)(f.handle) = cgo.NewHandle(f)

	function := duck.CreateTableFunction()
	defer duck.DestroyTableFunction(&function)
	key := duck.CreateLogicalType(duck.TypeUBigInt)
	defer duck.DestroyLogicalType(&key)
	duck.TableFunctionSetName(function, feedName)
	duck.TableFunctionAddParameter(function, key)
	duck.TableFunctionSetExtraInfo(function, f.handle, nil)
	duck.TableFunctionSetBind(function, unsafe.Pointer(C.weirFeedBind))
	duck.TableFunctionSetInit(function, unsafe.Pointer(C.weirFeedInit))
	duck.TableFunctionSetFunction(function, unsafe.Pointer(C.weirFeedNext))
	if duck.RegisterTableFunction(c.handle, function) == duck.StateError {
		f.close()
		return nil, errors.New("cannot register a table function with DuckDB")
	}
	return f, nil
}

// close frees the feed, after the database that knows it was closed.
func (f *feed) close() {
	(*(*cgo.Handle)(f.handle)).Delete()
	C.free(f.handle)
	f.handle = nil
}

// insert runs a statement that reads rows of the given types, in columns c0,
// c1 and so on, where it says %FEED%.
func (f *feed) insert(ctx context.Context, c *conn, sql string, types []duck.Type, count int, next func(*chunk) (int, error)) error {
	r, err := f.ask(ctx, c, sql, types, count, next)
	if err != nil {
		return err
	}
	return r.Close()
}

// ask is insert for a statement that returns something.
func (f *feed) ask(ctx context.Context, c *conn, sql string, types []duck.Type, count int, next func(*chunk) (int, error)) (*rows, error) {
	var key [8]byte
	_, _ = rand.Read(key[:]) // never fails
	now := &feeding{key: binary.NativeEndian.Uint64(key[:]), types: types, count: count, next: next}
	f.now.Store(now)
	defer func() {
		f.now.Store(nil)
		now.chunk.texts.release()
	}()
	return c.work(ctx, strings.ReplaceAll(sql, "%FEED%", fmt.Sprintf("%s(%d::UBIGINT)", feedName, now.key)))
}

func feedOf(extra unsafe.Pointer) *feed { return (*(*cgo.Handle)(extra)).Value().(*feed) }

//export weirFeedBind
func weirFeedBind(p unsafe.Pointer) {
	info := duck.BindInfo{Ptr: p}
	param := duck.BindGetParameter(info, 0)
	defer duck.DestroyValue(&param)
	now := feedOf(duck.BindGetExtraInfo(info)).now.Load()
	if now == nil || duck.GetUInt64(param) != now.key {
		duck.BindSetError(info, feedName+" is of no use in questions")
		return
	}
	for i, t := range now.types {
		logical := duck.CreateLogicalType(t)
		duck.BindAddResultColumn(info, fmt.Sprintf("c%d", i), logical)
		duck.DestroyLogicalType(&logical)
	}
	duck.BindSetCardinality(info, duck.IdxT(now.count), true)
}

//export weirFeedInit
func weirFeedInit(p unsafe.Pointer) { duck.InitSetMaxThreads(duck.InitInfo{Ptr: p}, 1) }

//export weirFeedNext
func weirFeedNext(p, output unsafe.Pointer) {
	info := duck.FunctionInfo{Ptr: p}
	defer func() {
		// A panic must not cross the C++ above.
		if r := recover(); r != nil {
			duck.FunctionSetError(info, fmt.Sprintf("BUG: %v", r))
		}
	}()
	now := feedOf(duck.FunctionGetExtraInfo(info)).now.Load()
	if now == nil {
		duck.FunctionSetError(info, feedName+" has nothing to read")
		return
	}
	data := duck.DataChunk{Ptr: output}
	now.chunk.attach(data, len(now.types))
	n, err := now.next(&now.chunk)
	if err != nil {
		duck.FunctionSetError(info, err.Error())
		return
	}
	duck.DataChunkSetSize(data, duck.IdxT(n))
}
