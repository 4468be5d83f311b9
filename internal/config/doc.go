// Package config is the one place that knows every setting of throng.
//
// A setting is one entry of the table in settings.go and has its field in Config. From that entry come its default, its
// type and range, how it is read from YAML, from the environment and from a flag, what is said when it is wrong, and
// the commented text that `throng config` prints.
//
// Sources override each other in this order: defaults, file, environment, flags. An unknown name is an error in each of
// them, because a misspelt setting that is silently ignored is found out in production.
package config
