package main

import (
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/throngchat/throng/internal/config"
)

// flagSettings are the settings that also have a flag; every setting has its variable.
var flagSettings = []string{"data_dir", "edge.addr", "api.addr", "internal.addr", "log.level", "log.format"}

// configFlags are the flags of the commands that need a configuration.
type configFlags struct {
	file   string
	dev    bool
	values map[string]*string // by key
	cmd    *cobra.Command
}

// addConfigFlags gives cmd the flags.
func addConfigFlags(cmd *cobra.Command) *configFlags {
	f := &configFlags{cmd: cmd, values: map[string]*string{}}
	flags := cmd.Flags()
	flags.StringVar(&f.file, "config", "", "YAML file with the configuration (environment: "+config.EnvFile+")")
	flags.BoolVar(&f.dev, "dev", false, "run on loopback with public credentials, to try and to develop; needs no configuration")
	for _, key := range flagSettings {
		doc, about := config.Doc(key)
		sentence, _, _ := strings.Cut(doc, ". ")
		f.values[key] = flags.String(flagOf(key), "", strings.TrimSuffix(sentence, ".")+": "+about)
	}
	cobra.CheckErr(cmd.RegisterFlagCompletionFunc("log-level", choices("debug", "info", "warn", "error")))
	cobra.CheckErr(cmd.RegisterFlagCompletionFunc("log-format", choices("text", "json")))
	cobra.CheckErr(cmd.MarkFlagFilename("config", "yaml", "yml"))
	cobra.CheckErr(cmd.MarkFlagDirname("data-dir"))
	return f
}

func flagOf(key string) string { return strings.TrimPrefix(config.FlagName(key), "--") }

func choices(c ...string) cobra.CompletionFunc {
	return cobra.FixedCompletions(c, cobra.ShellCompDirectiveNoFileComp)
}

// load reads the configuration from everywhere.
func (f *configFlags) load() (*config.Config, error) {
	from := config.Sources{File: f.file, Environ: os.Environ(), Flags: map[string]string{}, Dev: f.dev}
	if from.File == "" {
		from.File = os.Getenv(config.EnvFile)
	}
	for _, key := range flagSettings {
		if f.cmd.Flags().Changed(flagOf(key)) {
			from.Flags[key] = *f.values[key]
		}
	}
	return config.Load(from)
}
