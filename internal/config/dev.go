package config

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// DevAccessKeyID and DevSecretAccessKey sign calls to a server with --dev. They are public.
const (
	DevAccessKeyID     = "throng"
	DevSecretAccessKey = "throng-dev-secret"
)

// What else --dev sets where no other source does.
const (
	devRegion     = "us-west-2"
	devAccount    = "123456789012"
	devDataDir    = "./throng-data"
	devTokenKeyID = "dev"
)

// devTokenKeyFile is where the data folder keeps the key of --dev.
const devTokenKeyFile = "dev-token-key"

// develop turns defaults into those of --dev.
func (c *Config) develop() {
	c.Dev = true
	c.Region, c.AccountID, c.DataDir = devRegion, devAccount, devDataDir
	c.Edge.Addr, c.API.Addr = "127.0.0.1:8080", "127.0.0.1:8081"
	c.Edge.Processes = 1 // starts at once, and one process is easier to look into
	c.API.Credentials = []Credential{{AccessKeyID: DevAccessKeyID, SecretAccessKey: DevSecretAccessKey}}
	c.Token.Keys = []TokenKey{{ID: devTokenKeyID}}
}

// DevTokenKey fills in the token key of --dev. The first process on a data folder makes one and keeps it there, readable
// by its user alone; later ones read it. A configuration whose keys have their secrets is left as it is.
func (c *Config) DevTokenKey() error {
	if !c.Dev || len(c.Token.Keys) != 1 || len(c.Token.Keys[0].Secret) > 0 {
		return nil
	}
	path := filepath.Join(c.DataDir, devTokenKeyFile)
	secret, err := readKey(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err = makeKey(path); err == nil {
			secret, err = readKey(path)
		}
	}
	if err != nil {
		return fmt.Errorf("token key in the data folder %s: %w", c.DataDir, pathless(err))
	}
	c.Token.Keys[0].Secret = secret
	return nil
}

// errBadKey is what a key file gives that throng did not write.
var errBadKey = errors.New("damaged: delete the file " + devTokenKeyFile + " to have a new one made")

func readKey(path string) ([]byte, error) {
	content, err := readFile(path)
	if err != nil {
		return nil, err
	}
	secret, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(content)))
	if err != nil || len(secret) < 32 {
		return nil, errBadKey
	}
	return secret, nil
}

// makeKey writes a new key, unless another process was first: the file appears whole or not at all.
func makeKey(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	secret := make([]byte, 32)
	_, _ = rand.Read(secret)                                          // never fails (crypto/rand)
	f, err := os.CreateTemp(filepath.Dir(path), devTokenKeyFile+".*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = fmt.Fprintln(f, base64.StdEncoding.EncodeToString(secret))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err = os.Link(f.Name(), path); errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}
