// Package bench compares Weir with other ways to do the same job, on the same
// input, in the same run. See README.md beside this file.
package bench
