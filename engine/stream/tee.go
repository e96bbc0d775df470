package stream

import "errors"

// Tee returns a sink that passes every chunk to each of sinks, in their order.
//
// The first error of an arm stops the answer: later arms do not see that chunk
// and the error is returned. Close closes every arm whatever happened, and
// returns their errors joined. No arm is [Nop]; a single one is returned as it is.
func Tee(sinks ...Sink) Sink {
	switch len(sinks) {
	case 0:
		return Nop()
	case 1:
		return sinks[0]
	}
	return tee(sinks)
}

type tee []Sink

func (t tee) Write(c Chunk) error {
	for _, s := range t {
		if err := s.Write(c); err != nil {
			return err
		}
	}
	return nil
}

func (t tee) Close(e End) error {
	var errs []error
	for _, s := range t {
		errs = append(errs, s.Close(e))
	}
	return errors.Join(errs...)
}

// Nop returns a sink that takes everything and does nothing.
func Nop() Sink { return nop{} }

type nop struct{}

func (nop) Write(Chunk) error { return nil }
func (nop) Close(End) error   { return nil }

// Quiet returns a sink whose errors never stop an answer: it is for an arm that
// records what another arm shows.
//
// After s fails it gets no more chunks, so that it never has an answer with a
// hole, and its Close is told that failure in End.Err where the answer itself
// had none. Quiet's own Write and Close return nil.
func Quiet(s Sink) Sink { return &quiet{sink: s} }

type quiet struct {
	sink Sink
	err  error // what sink's Write returned, once
}

func (q *quiet) Write(c Chunk) error {
	if q.err == nil {
		q.err = q.sink.Write(c)
	}
	return nil
}

func (q *quiet) Close(e End) error {
	if e.Err == nil {
		e.Err = q.err
	}
	_ = q.sink.Close(e) // a recorder's failure is the recorder's to report
	return nil
}
