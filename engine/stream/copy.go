package stream

import (
	"errors"
	"fmt"
	"io"
	"sync"
)

// The reading of a body.
const (
	readSize = 32 << 10

	// maxRest is how much of a body is read behind the end mark, so that its
	// connection can be used again; a server that sends more loses the connection.
	maxRest = 256 << 10

	// maxEmptyReads is how many reads in a row may return nothing, as bufio has it.
	maxEmptyReads = 100
)

var readBuffers = sync.Pool{New: func() any { return new([readSize]byte) }}

// Copy decodes body into w and returns how the answer ended, as d.End has it.
// The error is the End's Err.
//
// It reads the body to its very end, so that an HTTP connection can be used
// again, and leaves closing it to the caller. It returns at once when w returns
// an error, which it returns as it is, and when the body holds an error object
// or garbage. An error of reading, such as context.Canceled, is returned wrapped,
// except after the end mark: then the answer is whole and nothing is lost.
func Copy(body io.Reader, d Decoder, w Writer) (End, error) {
	buffer := readBuffers.Get().(*[readSize]byte)
	defer readBuffers.Put(buffer)
	c := copier{body: body, d: d, w: w}
	for {
		more, err := c.step(buffer[:])
		if err != nil {
			return End{Err: err}, err
		}
		if !more {
			return c.end()
		}
	}
}

// copier is the state of one Copy.
type copier struct {
	body    io.Reader
	d       Decoder
	w       Writer
	rest    int   // bytes read behind the end mark
	empty   int   // reads in a row that returned nothing
	readErr error // what ended the reading, nil for the body's end
}

// step reads once. It returns whether there may be more to read, and the error
// of decoding and writing.
func (c *copier) step(buffer []byte) (more bool, err error) {
	n, readErr := c.body.Read(buffer)
	if n > 0 {
		if err := c.d.Feed(buffer[:n], c.w); err != nil {
			return false, err
		}
	}
	if readErr != nil {
		if !errors.Is(readErr, io.EOF) {
			c.readErr = fmt.Errorf("reading the answer: %w", readErr)
		}
		return false, nil
	}
	if c.empty++; n > 0 {
		c.empty = 0
	}
	if c.empty >= maxEmptyReads {
		c.readErr = fmt.Errorf("reading the answer: %w", io.ErrNoProgress)
		return false, nil
	}
	if f, ok := c.d.(interface{ Finished() bool }); ok && f.Finished() {
		c.rest += n
	}
	return c.rest <= maxRest, nil
}

// end asks the decoder how the answer ended. Where the answer is not whole, an
// error of reading explains it better than the missing end mark does.
func (c *copier) end() (End, error) {
	end, err := c.d.End(c.w)
	if err != nil && c.readErr != nil {
		err = c.readErr
	}
	end.Err = err
	return end, err
}
