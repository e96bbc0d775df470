package tools

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// MaxArguments is the longest arguments of a call that are read, in bytes.
const MaxArguments = 16 << 10

// maxText is the longest text in an argument, in bytes: that of a path on Linux.
const maxText = 4096

// arguments are the members of a call's arguments. Members that no tool has are
// ignored: small models add them.
type arguments map[string]any

// readArguments reads what a model wrote. The error is for the model.
func readArguments(text string) (arguments, error) {
	if len(text) > MaxArguments {
		return nil, fmt.Errorf("the arguments have %d bytes, the limit is %d", len(text), MaxArguments)
	}
	if strings.TrimSpace(text) == "" {
		return arguments{}, nil // the form that some models give to "none"
	}
	var args arguments
	if err := json.Unmarshal([]byte(text), &args); err != nil || args == nil {
		return nil, errors.New("the arguments are no JSON object")
	}
	return args, nil
}

// text returns the text of a member, "" where it is not there.
func (a arguments) text(name string) (string, error) {
	switch v := a[name].(type) {
	case nil:
		return "", nil
	case string:
		return checked(name, v)
	}
	return "", fmt.Errorf("%s: a string was expected", name)
}

// checked is a text that may stand in a path or a search. Git's options begin
// with a dash and no path of a workspace has to.
func checked(name, text string) (string, error) {
	switch {
	case len(text) > maxText:
		return "", fmt.Errorf("%s: at most %d bytes were expected", name, maxText)
	case strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return "", fmt.Errorf("%s: a text without control characters was expected", name)
	}
	return strings.TrimSpace(text), nil
}

// required is text that must be there.
func (a arguments) required(name string) (string, error) {
	text, err := a.text(name)
	if err == nil && text == "" {
		err = fmt.Errorf("%s: it is missing", name)
	}
	return text, err
}

// number returns a whole number from 0 up, 0 where it is not there. Small models
// write numbers as strings.
func (a arguments) number(name string) (int, error) {
	switch v := a[name].(type) {
	case nil:
		return 0, nil
	case float64:
		if v == math.Trunc(v) && v >= 0 {
			return int(min(v, math.MaxInt32)), nil
		}
	case string:
		n, err := strconv.Atoi(strings.TrimSpace(v))
		if err == nil && n >= 0 {
			return min(n, math.MaxInt32), nil
		}
	}
	return 0, fmt.Errorf("%s: a whole number, 0 or more, was expected", name)
}
