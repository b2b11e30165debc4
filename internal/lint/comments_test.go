package lint

import (
	"go/ast"
	"testing"
)

// Exported names say what they mean, since the reference pages and the next
// reader both begin there.
func TestExportedNamesAreExplained(t *testing.T) {
	for _, f := range goFiles(t) {
		if f.ast.Name.Name == "main" || ast.IsGenerated(f.ast) {
			continue
		}
		for _, d := range f.ast.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Doc == nil && d.Name.IsExported() && exportedReceiver(d) && !wellKnown(d) {
					t.Errorf("%s: %s has no comment", f.set.Position(d.Pos()), d.Name.Name)
				}
			case *ast.GenDecl:
				for _, s := range d.Specs {
					if name, ok := unexplained(d, s); ok {
						t.Errorf("%s: %s has no comment", f.set.Position(s.Pos()), name)
					}
				}
			}
		}
	}
}

// unexplained returns the first exported name of a declaration without a
// comment; one comment is enough for a group of constants or variables.
func unexplained(d *ast.GenDecl, s ast.Spec) (string, bool) {
	switch s := s.(type) {
	case *ast.TypeSpec:
		return s.Name.Name, s.Name.IsExported() && s.Doc == nil && s.Comment == nil && (d.Doc == nil || len(d.Specs) > 1)
	case *ast.ValueSpec:
		for _, n := range s.Names {
			if n.IsExported() && d.Doc == nil && s.Doc == nil && s.Comment == nil {
				return n.Name, true
			}
		}
	}
	return "", false
}

func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	t := d.Recv.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	if index, ok := t.(*ast.IndexExpr); ok {
		t = index.X
	}
	name, ok := t.(*ast.Ident)
	return ok && name.IsExported()
}

// wellKnown tells whether a method is of an interface that every reader of Go
// knows, so that its type says enough.
func wellKnown(d *ast.FuncDecl) bool {
	switch d.Name.Name {
	case "Error", "Unwrap", "Is", "String":
		return d.Recv != nil
	}
	return false
}
