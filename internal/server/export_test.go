package server

import "net"

// ListenBounded is Listen with other bounds.
func ListenBounded(address string, most, surplus int) (net.Listener, error) {
	l, err := Listen(address)
	if err == nil {
		b := l.(*boundedListener)
		b.most, b.surplus = most, surplus
	}
	return l, err
}

// MaxListeners is how many can listen to events.
const MaxListeners = maxListeners
