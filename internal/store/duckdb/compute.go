package duckdb

/*
void weirCompute(void *info, void *input, void *output);
*/
import "C"

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
	"unsafe"

	duck "github.com/duckdb/duckdb-go-bindings"

	"weir/internal/compute"
)

// computeName is the function through which SQL reaches those of [compute]: the
// name of one and its arguments, all of them text, as is what it gives.
const computeName = "weir_compute"

// addCompute makes the functions of [compute] known to the engine.
func (c *conn) addCompute() error {
	text := duck.CreateLogicalType(duck.TypeVarchar)
	defer duck.DestroyLogicalType(&text)
	f := duck.CreateScalarFunction()
	defer duck.DestroyScalarFunction(&f)
	duck.ScalarFunctionSetName(f, computeName)
	duck.ScalarFunctionSetVarargs(f, text)
	duck.ScalarFunctionSetReturnType(f, text)
	duck.ScalarFunctionSetSpecialHandling(f) // NULL is an argument like others
	duck.ScalarFunctionSetFunction(f, unsafe.Pointer(C.weirCompute))
	if duck.RegisterScalarFunction(c.handle, f) == duck.StateError {
		return errors.New("cannot make the functions of KQL known to DuckDB")
	}
	return nil
}

//export weirCompute
func weirCompute(info, input, output unsafe.Pointer) {
	defer func() {
		if p := recover(); p != nil { // a panic must not unwind the engine
			duck.ScalarFunctionSetError(duck.FunctionInfo{Ptr: info}, fmt.Sprint("BUG: ", p))
		}
	}()
	if err := computeChunk(duck.DataChunk{Ptr: input}, duck.Vector{Ptr: output}); err != nil {
		duck.ScalarFunctionSetError(duck.FunctionInfo{Ptr: info}, err.Error())
	}
}

// computeChunk computes the rows of a chunk. The name of the function is the
// same in all of them.
func computeChunk(chunk duck.DataChunk, out duck.Vector) error {
	columns := make([]reader, duck.DataChunkGetColumnCount(chunk))
	for i := range columns {
		columns[i] = reader{kind: duck.TypeVarchar}
		columns[i].attach(duck.DataChunkGetVector(chunk, duck.IdxT(i)))
	}
	rows := uint64(duck.DataChunkGetSize(chunk))
	if len(columns) == 0 || rows == 0 {
		return nil
	}
	if columns[0].null(0) {
		return errors.New("the function to compute has no name")
	}
	name := strings.Clone(columns[0].borrowed(0))
	f, ok := compute.Find(name)
	if !ok {
		return fmt.Errorf("there is no function %q to compute", name)
	}
	call := compute.Call{Args: make([]compute.Value, len(columns)-1)}
	var valid unsafe.Pointer
	for row := range rows {
		for i := range call.Args {
			if column := &columns[i+1]; column.null(row) {
				call.Args[i] = compute.Null()
			} else {
				call.Args[i] = compute.Text(column.borrowed(row))
			}
		}
		v := f(&call)
		if !v.Null {
			text := v.Text
			if !utf8.ValidString(text) { // the engine takes for granted that it is
				text = strings.ToValidUTF8(text, "\ufffd")
			}
			// Where the engine has no memory left this ends the process: of a
			// question, which is one of its own.
			duck.UnsafeVectorAssignStringElementLen(out, duck.IdxT(row), unsafe.Slice(unsafe.StringData(text), len(text)))
			continue
		}
		if valid == nil {
			duck.VectorEnsureValidityWritable(out)
			valid = duck.VectorGetValidity(out)
		}
		duck.ValiditySetRowInvalid(valid, duck.IdxT(row))
	}
	return nil
}

// null tells whether the cell of a row has no value.
func (r *reader) null(row uint64) bool {
	return r.valid != nil && *(*uint64)(unsafe.Add(r.valid, uintptr(row/64)*8))&(1<<(row%64)) == 0
}
