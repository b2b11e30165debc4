// Package lint holds the rules of this tree that no ready-made linter knows,
// as tests: which room may import which, that exported names say what they
// mean, and what must not stand in any file.
package lint
