package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ivschat"
	"github.com/aws/aws-sdk-go-v2/service/ivschat/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// The table of cases.json is run through four real clients: this file drives the AWS SDK for Go, py/conformance.py the
// AWS CLI and boto3, js/conformance.test.js the AWS SDK for JavaScript. Every client has servers of its own.
//
// A case is a list of steps, each a call of an operation "with" an input. What it "gives" must be found in the output,
// and it is kept under the name "as" for later steps, which refer to it as "${name.member}". A step that "fails" names
// the type of the typed exception, its HTTP status and its members; with "times" it may take that many calls.
//
// In place of a value there may be {"$repeat": [text, times]} in an input, and in what is expected {"$absent": true},
// {"$match": regular expression}, {"$minutesFromNow": number} and {"$either": [alternatives]}.
//
// A case may name a "server" ("small" has a quota of two rooms, and of one deletion and one disconnect a second), the
// "credentials" to use (conformanceCredentials) and by how many seconds the client's "clock" is wrong.
type conformanceTable struct {
	Cases []conformanceCase
}

type conformanceCase struct {
	Name, Server, Credentials string
	Clock                     int
	Steps                     []struct {
		Call  string
		With  map[string]any
		As    string
		Gives map[string]any
		Fails map[string]any
		Times int
	}
}

// conformanceCredentials maps the names in the table to access key, secret and session token; nil means not to sign.
var conformanceCredentials = map[string][]string{
	"permanent":                  {"AKIDPERMANENT", "permanent-secret-0123456789", ""},
	"temporary":                  {"ASIATEMPORARY", "temporary-secret-0123456789", "session-token/of+the=temporary"},
	"temporary-without-token":    {"ASIATEMPORARY", "temporary-secret-0123456789", ""},
	"temporary-with-wrong-token": {"ASIATEMPORARY", "temporary-secret-0123456789", "another"},
	"expired":                    {"ASIAEXPIRED", "expired-secret-0123456789", "session-token-of-the-expired"},
	"wrong-secret":               {"AKIDPERMANENT", "permanent-secret-9876543210", ""},
	"unknown-key":                {"AKIDUNKNOWN", "permanent-secret-0123456789", ""},
	"none":                       nil,
}

// conformanceConfig is the configuration of both servers.
const conformanceConfig = `
region: us-west-2
account_id: "123456789012"
api:
  credentials:
    - access_key_id: AKIDPERMANENT
      secret_access_key: permanent-secret-0123456789
    - access_key_id: ASIATEMPORARY
      secret_access_key: temporary-secret-0123456789
      session_token: session-token/of+the=temporary
      expires: "2099-01-01T00:00:00Z"
    - access_key_id: ASIAEXPIRED
      secret_access_key: expired-secret-0123456789
      session_token: session-token-of-the-expired
      expires: "2020-01-01T00:00:00Z"
token:
  keys:
    - id: e2e
      secret: "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
`

// configured starts a throng with a configuration file instead of --dev.
func configured(t *testing.T, yaml string, settings ...string) *server {
	t.Helper()
	s := newServer(t, settings...)
	file := filepath.Join(t.TempDir(), "throng.yaml")
	if err := os.WriteFile(file, []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	for i, arg := range s.args {
		if arg == "--dev" {
			s.args[i] = "--config=" + file
		}
	}
	s.start()
	return s
}

// conformanceServers starts the servers of the table, and returns what describes them to an external client.
func conformanceServers(t *testing.T) (main, small *server, environment []string) {
	t.Helper()
	main = configured(t, conformanceConfig)
	small = configured(t, conformanceConfig, "THRONG_QUOTAS_ROOMS=2", "THRONG_QUOTAS_DELETE_MESSAGE=1", "THRONG_QUOTAS_DISCONNECT_USER=1")
	for _, c := range conformanceCredentials {
		if c != nil {
			main.neverLogged(c[1])
		}
	}
	keys, err := json.Marshal(conformanceCredentials)
	if err != nil {
		t.Fatal(err)
	}
	return main, small, []string{"E2E_API=" + main.apiURL(), "E2E_API_SMALL=" + small.apiURL(), "E2E_CREDENTIALS=" + string(keys)}
}

func TestConformanceGo(t *testing.T) {
	t.Parallel()
	main, small, _ := conformanceServers(t)
	b, err := os.ReadFile("cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var table conformanceTable
	if err := json.Unmarshal(b, &table); err != nil {
		t.Fatal(err)
	}
	for _, c := range table.Cases {
		t.Run(c.Name, func(t *testing.T) {
			s := main
			if c.Server == "small" {
				s = small
			}
			c.run(t, s)
		})
	}
}

func (c *conformanceCase) run(t *testing.T, s *server) {
	client := s.ivschat(func(o *ivschat.Options) {
		if c.Credentials == "" {
			c.Credentials = "permanent"
		}
		if keys := conformanceCredentials[c.Credentials]; keys != nil {
			o.Credentials = credentials.NewStaticCredentialsProvider(keys[0], keys[1], keys[2])
		} else {
			o.Credentials = aws.AnonymousCredentials{}
		}
		o.HTTPSignerV4 = skewedSigner{v4.NewSigner(), time.Duration(c.Clock) * time.Second}
		if c.Server == "" && c.Clock == 0 {
			o.Retryer = retry.AddWithMaxAttempts(retry.NewStandard(), 10)
		}
	})
	saved := map[string]any{}
	for number, step := range c.Steps {
		where := fmt.Sprintf("step %d, %s", number+1, step.Call)
		var output any
		var refused map[string]any
		for range max(step.Times, 1) {
			var err error
			if output, err = invoke(client, step.Call, fill(step.With, saved)); err != nil {
				if refused, err = refusalMembers(err); err != nil {
					t.Fatalf("%s: %v", where, err)
				}
				break
			}
		}
		var err error
		switch {
		case step.Fails != nil && refused == nil:
			err = fmt.Errorf("got %v, want it to fail", output)
		case step.Fails != nil:
			err = match(refused, fill(step.Fails, saved))
		case refused != nil:
			err = fmt.Errorf("failed with %v", refused)
		default:
			err = match(output, fill(step.Gives, saved))
			saved[step.As] = output
		}
		if err != nil {
			t.Fatalf("%s: %v", where, err)
		}
	}
}

// skewedSigner signs with a clock that is wrong.
type skewedSigner struct {
	*v4.Signer
	by time.Duration
}

func (s skewedSigner) SignHTTP(ctx context.Context, c aws.Credentials, r *http.Request, hash, service, region string, at time.Time,
	options ...func(*v4.SignerOptions)) error {
	return s.Signer.SignHTTP(ctx, c, r, hash, service, region, at.Add(s.by), options...)
}

// invoke calls an operation by its name. Input and output are as JSON would carry them, times excepted.
func invoke(client *ivschat.Client, operation string, input any) (any, error) {
	method := reflect.ValueOf(client).MethodByName(operation)
	if !method.IsValid() {
		return nil, fmt.Errorf("the table calls %s, which is no operation", operation)
	}
	in := reflect.New(method.Type().In(1).Elem())
	b, err := json.Marshal(input)
	if err == nil {
		err = json.Unmarshal(b, in.Interface()) // members differ from JSON's only in the case of their names
	}
	if err != nil {
		return nil, fmt.Errorf("cannot make the input of %s: %w", operation, err)
	}
	out := method.Call([]reflect.Value{reflect.ValueOf(context.Background()), in})
	if err, _ := out[1].Interface().(error); err != nil {
		return nil, err
	}
	return plain(out[0]), nil
}

// refusalMembers returns what the SDK made of an error answer, or err when it is something else.
func refusalMembers(err error) (map[string]any, error) {
	var api smithy.APIError
	var response *smithyhttp.ResponseError
	if !errors.As(err, &api) || !errors.As(err, &response) {
		return nil, fmt.Errorf("not an answer of the service: %w", err)
	}
	members, _ := plain(reflect.ValueOf(api)).(map[string]any)
	for _, modelled := range []error{
		&types.ValidationException{}, &types.ResourceNotFoundException{}, &types.ServiceQuotaExceededException{}, &types.ThrottlingException{},
	} {
		want := reflect.TypeOf(modelled)
		if want.Elem().Name() == api.ErrorCode() && reflect.TypeOf(api) != want {
			return nil, fmt.Errorf("%s did not arrive as its typed exception but as %T", api.ErrorCode(), api)
		}
	}
	members["type"], members["status"] = api.ErrorCode(), float64(response.HTTPStatusCode())
	return members, nil
}

// plain turns an output of the SDK into maps, slices, strings, numbers and times, with members named as in the API.
func plain(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return nil
		}
		return plain(v.Elem())
	case reflect.Struct:
		if at, ok := v.Interface().(time.Time); ok {
			return at
		}
		out := map[string]any{}
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if value := v.Field(i); f.IsExported() && f.Name != "ResultMetadata" && !value.IsZero() {
				out[strings.ToLower(f.Name[:1])+f.Name[1:]] = plain(value)
			}
		}
		return out
	case reflect.Map:
		out := map[string]any{}
		for _, key := range v.MapKeys() {
			out[key.String()] = plain(v.MapIndex(key))
		}
		return out
	case reflect.Slice:
		out := []any{}
		for i := range v.Len() {
			out = append(out, plain(v.Index(i)))
		}
		return out
	case reflect.Int32, reflect.Int64, reflect.Int:
		return float64(v.Int())
	case reflect.String:
		return v.String()
	}
	return v.Interface()
}

// fill returns an input of the table with its references and repetitions replaced.
func fill(value any, saved map[string]any) any {
	switch value := value.(type) {
	case map[string]any:
		if r, ok := value["$repeat"].([]any); ok {
			return strings.Repeat(r[0].(string), int(r[1].(float64)))
		}
		out := map[string]any{}
		for k, v := range value {
			out[k] = fill(v, saved)
		}
		return out
	case []any:
		out := make([]any, len(value))
		for i, v := range value {
			out[i] = fill(v, saved)
		}
		return out
	case string:
		if reference, ok := strings.CutPrefix(value, "${"); ok {
			name, member, _ := strings.Cut(strings.TrimSuffix(reference, "}"), ".")
			of, _ := saved[name].(map[string]any)
			return of[member]
		}
	}
	return value
}

// match returns an error unless got is what the table wants.
func match(got, want any) error {
	switch want := want.(type) {
	case map[string]any:
		if len(want) == 1 {
			for matcher, argument := range want {
				if strings.HasPrefix(matcher, "$") {
					return matchSpecial(got, matcher, argument)
				}
			}
		}
		members, ok := got.(map[string]any)
		if !ok && len(want) > 0 {
			return fmt.Errorf("got %v, want %v", got, want)
		}
		for key, w := range want {
			if err := match(members[key], w); err != nil {
				return fmt.Errorf("%s: %w", key, err)
			}
		}
		return nil
	case []any:
		list, _ := got.([]any)
		if len(list) != len(want) {
			return fmt.Errorf("got %v, want %v", got, want)
		}
		for i, w := range want {
			if err := match(list[i], w); err != nil {
				return fmt.Errorf("[%d]: %w", i, err)
			}
		}
		return nil
	case string:
		if got == nil && want == "" { // the SDK reads an empty string as none
			return nil
		}
	}
	if got != want {
		return fmt.Errorf("got %v, want %v", got, want)
	}
	return nil
}

func matchSpecial(got any, matcher string, argument any) error {
	ok := false
	switch matcher {
	case "$absent":
		ok = got == nil
	case "$match":
		text, isText := got.(string)
		ok = isText && regexp.MustCompile(argument.(string)).MatchString(text)
	case "$minutesFromNow":
		at, isTime := got.(time.Time)
		off := time.Until(at).Minutes() - argument.(float64)
		ok = isTime && off > -0.9 && off < 0.9
	case "$either":
		for _, alternative := range argument.([]any) {
			ok = ok || match(got, alternative) == nil
		}
	default:
		return fmt.Errorf("the table has an unknown matcher %s", matcher)
	}
	if !ok {
		return fmt.Errorf("got %v, want %s %v", got, matcher, argument)
	}
	return nil
}
