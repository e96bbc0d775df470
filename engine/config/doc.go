// Package config holds the settings of the section "rigrun": their names,
// types, defaults and checks in one schema ([Schema]), and the layers that give
// them values.
//
// A layer is a tree of values from one source: the user's config.toml, the
// editor's initialization options, the editor's answer to
// workspace/configuration, the environment. [Merge] lays them over the defaults
// in order, later wins, one key at a time: a key that is unknown, has a wrong
// type or a value that makes no sense becomes a [Problem] and leaves what was in
// force before, and so does everything else in the layer.
//
// Keys may be given as a tree ({"local": {"url": …}}) or dotted
// ({"local.url": …}), with or without the section's name around them.
package config
