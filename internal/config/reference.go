package config

// Reference returns the text of docs/configuration.md: how settings are given, and all of them with their defaults.
func Reference() string {
	c := defaults(false)
	c.Region, c.AccountID = devRegion, devAccount
	c.API.Credentials = []Credential{{AccessKeyID: "backend"}}
	c.Token.Keys = []TokenKey{{ID: "k1"}}
	return introduction + "\n```yaml\n" + c.YAML() + "```\n"
}

const introduction = `<!-- Made from the table in internal/config/settings.go by its test; do not edit. -->
# Configuration

throng reads one YAML file, named with ` + "`--config`" + ` or the variable THRONG_CONFIG. Every setting can also be given in the
environment, and a few as flags. Later sources override earlier ones: defaults, file, environment, flags.

Only four settings have no default: region, account_id, api.credentials and token.keys. A name that throng does not know
is an error in the file and in the environment alike, and all that is wrong is listed at once.

` + "`throng config`" + ` prints the configuration in effect in the form below, with the secrets masked. With ` + "`--dev`" + ` all
addresses are on loopback, the data folder is ./throng-data, the access key is "throng" with the secret
"throng-dev-secret", and a token key is made once and kept in the data folder.

| flag | setting |
|---|---|
| --data-dir | data_dir |
| --edge-addr | edge.addr |
| --api-addr | api.addr |
| --internal-addr | internal.addr |
| --log-level | log.level |
| --log-format | log.format |

Every setting with its default, and an example where there is none:
`
