// Package bench measures Weir beside other ways to do the same job, on the same
// input, in the same run. See docs/explanation/speed.md.
package bench
