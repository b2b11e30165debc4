package ranges

// The widest networks that a list of addresses may name, in bits of prefix.
// What is wider is a slip, such as a missing digit, and would say something of
// a large part of the internet: Microsoft's own widest are a /14 and a /40.
const (
	Widest4 = 8
	Widest6 = 19
)
