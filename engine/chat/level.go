package chat

import (
	"fmt"
	"strings"
)

// Level is a classification level. The order of the constants is the order of
// the levels: a higher level may never travel where only a lower one is allowed.
type Level int

// The levels, lowest first. The zero value is the lowest.
const (
	Unclassified Level = iota
	CUI
	Confidential
	Secret
	TopSecret
)

const levelCount = int(TopSecret) + 1

// levelName returns the name of a level as markings and the wire write it.
func levelName(l Level) string {
	switch l {
	case Unclassified:
		return "UNCLASSIFIED"
	case CUI:
		return "CUI"
	case Confidential:
		return "CONFIDENTIAL"
	case Secret:
		return "SECRET"
	case TopSecret:
		return "TOP SECRET"
	}
	return ""
}

// String returns the level's name, "Level(n)" for a value outside the list.
func (l Level) String() string {
	if name := levelName(l); name != "" {
		return name
	}
	return fmt.Sprintf("Level(%d)", int(l))
}

// ParseLevel reads a level's name, in any case. The empty string is the lowest level.
func ParseLevel(s string) (Level, error) {
	if s == "" {
		return Unclassified, nil
	}
	for l := range Level(levelCount) {
		if strings.EqualFold(s, levelName(l)) {
			return l, nil
		}
	}
	return Unclassified, fmt.Errorf("unknown classification %q: expected UNCLASSIFIED, CUI, CONFIDENTIAL, SECRET or TOP SECRET", s)
}

// MarshalText writes the level's name.
func (l Level) MarshalText() ([]byte, error) {
	if name := levelName(l); name != "" {
		return []byte(name), nil
	}
	return nil, fmt.Errorf("no classification level has the number %d", int(l))
}

// UnmarshalText reads a level's name as [ParseLevel] does.
func (l *Level) UnmarshalText(text []byte) error {
	parsed, err := ParseLevel(string(text))
	if err != nil {
		return err
	}
	*l = parsed
	return nil
}
