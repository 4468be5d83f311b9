package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func newConfig() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Print the configuration in effect, with what each setting does",
		Long: `Prints the configuration that serve would run with, from the file, the environment and the flags, as a YAML file.
Every setting is there with what it does, its range and its default. Secrets are masked.`,
		Args: cobra.NoArgs,
	}
	flags := addConfigFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		c, err := flags.load()
		if err != nil {
			return err
		}
		_, err = fmt.Fprint(cmd.OutOrStdout(), c.YAML())
		return err
	}
	return cmd
}
