package main

import (
	"fmt"
	"io"
	"strings"
)

// shells are those that completion knows.
func shells() []string { return []string{"bash", "zsh", "fish"} }

// completion prints the script that completes a command line in a shell.
func completion(args []string, std stdio, _ func(string) string) error {
	if len(args) != 1 {
		return usageError{"completion: one shell was expected: " + strings.Join(shells(), ", ")}
	}
	scripts := map[string]func() string{"bash": bashCompletion, "zsh": zshCompletion, "fish": fishCompletion}
	script, ok := scripts[args[0]]
	if !ok {
		return usageError{fmt.Sprintf("completion: %s was expected, not %q", strings.Join(shells(), ", "), args[0])}
	}
	_, err := io.WriteString(std.out, script())
	return err
}

// offered are the words that may come next behind a command.
func (c *command) offered() []string {
	all := append([]string(nil), c.words...)
	for _, o := range c.flags {
		all = append(all, o.dashes())
	}
	return all
}

func bashCompletion() string {
	var b strings.Builder
	b.WriteString("# bash completion for rigrun-lsp\n_rigrun_lsp() {\n\tlocal cur=${COMP_WORDS[COMP_CWORD]} words\n\tcase ${COMP_WORDS[COMP_CWORD-1]} in\n")
	b.WriteString("\t--file|--log-file) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$cur\"); return ;;\n")
	for _, c := range commands() {
		for _, o := range c.flags {
			if o.values != nil {
				fmt.Fprintf(&b, "\t%s) mapfile -t COMPREPLY < <(compgen -W %q -- \"$cur\"); return ;;\n", o.dashes(), strings.Join(o.values, " "))
			}
		}
	}
	b.WriteString("\tesac\n\tcase $COMP_CWORD:${COMP_WORDS[1]} in\n")
	var first []string
	for _, c := range commands() {
		if first = append(first, c.name); c.name == "" {
			first = c.offered()
		}
	}
	fmt.Fprintf(&b, "\t1:*) words=%q ;;\n", strings.Join(first, " "))
	for _, c := range commands()[1:] {
		fmt.Fprintf(&b, "\t*:%s) words=%q ;;\n", c.name, strings.Join(c.offered(), " "))
	}
	b.WriteString("\t*) return ;;\n\tesac\n\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n}\ncomplete -F _rigrun_lsp rigrun-lsp\n")
	return b.String()
}

func zshCompletion() string {
	var b strings.Builder
	b.WriteString("#compdef rigrun-lsp\n_rigrun-lsp() {\n\tlocal -a commands=(\n")
	for _, c := range commands()[1:] {
		fmt.Fprintf(&b, "\t\t%s\n", quoted(c.name+":"+c.about()))
	}
	b.WriteString("\t)\n\tif (( CURRENT == 2 )) && [[ $PREFIX != -* ]]; then\n\t\t_describe command commands\n\t\treturn\n\tfi\n\tcase $words[2] in\n")
	for _, c := range append(commands()[1:], commands()[0]) {
		pattern := c.name
		if pattern == "" {
			pattern = "*"
		}
		fmt.Fprintf(&b, "\t%s)\n\t\t_arguments", pattern)
		for _, o := range c.flags {
			b.WriteString(" \\\n\t\t\t" + quoted(o.zsh()))
		}
		if c.words != nil {
			b.WriteString(" \\\n\t\t\t" + quoted("2: :("+strings.Join(c.words, " ")+")"))
		}
		b.WriteString("\n\t\t;;\n")
	}
	b.WriteString("\tesac\n}\n_rigrun-lsp \"$@\"\n")
	return b.String()
}

// zsh is a flag as _arguments has it.
func (o *option) zsh() string {
	about := "[" + strings.NewReplacer("[", "(", "]", ")", ":", "\\:").Replace(o.about) + "]"
	switch {
	case o.value == "":
		return o.dashes() + about
	case o.file:
		return o.dashes() + "=" + about + ":" + o.value + ":_files"
	case o.values != nil:
		return o.dashes() + "=" + about + ":" + o.value + ":(" + strings.Join(o.values, " ") + ")"
	case len(o.name) == 1:
		return o.dashes() + about + ":" + o.value + ":"
	}
	return o.dashes() + "=" + about + ":" + o.value + ":"
}

func fishCompletion() string {
	var b strings.Builder
	b.WriteString("# fish completion for rigrun-lsp\n")
	for _, c := range commands() {
		when := "'__fish_use_subcommand'"
		if c.name != "" {
			fmt.Fprintf(&b, "complete -c rigrun-lsp -f -n '__fish_use_subcommand' -a %s -d %s\n", c.name, quoted(c.about()))
			when = "'__fish_seen_subcommand_from " + c.name + "'"
		}
		if c.words != nil {
			fmt.Fprintf(&b, "complete -c rigrun-lsp -f -n %s -a %s\n", when, quoted(strings.Join(c.words, " ")))
		}
		for _, o := range c.flags {
			fmt.Fprintf(&b, "complete -c rigrun-lsp -n %s %s -d %s\n", when, o.fish(), quoted(o.about))
		}
	}
	return b.String()
}

// fish is a flag as fish's complete has it.
func (o *option) fish() string {
	name := "-l " + o.name
	if len(o.name) == 1 {
		name = "-s " + o.name
	}
	switch {
	case o.value == "":
		return "-f " + name
	case o.file:
		return "-r -F " + name
	case o.values != nil:
		return "-x " + name + " -a " + quoted(strings.Join(o.values, " "))
	}
	return "-x " + name
}

// about is what a command does, in one line.
func (c *command) about() string {
	line, _, _ := strings.Cut(c.forms[0].about, "\n")
	return line
}

// quoted is a word of a shell's command line.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
