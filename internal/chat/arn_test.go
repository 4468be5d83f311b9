package chat

import (
	"strings"
	"testing"
)

func TestParseARN(t *testing.T) {
	f := func(in string, want ARN) {
		t.Helper()
		got, err := ParseARN(in)
		if err != nil || got != want {
			t.Errorf("%q: got %+v, %v, want %+v", in, got, err, want)
		}
		if got.String() != in {
			t.Errorf("%q: is written %q", in, got.String())
		}
	}
	f("arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6",
		ARN{"us-west-2", "123456789012", RoomResource, "g1H2I3j4k5L6"})
	f("arn:aws:ivschat:eu-central-1:0:logging-configuration/ABCdef34ghIJ",
		ARN{"eu-central-1", "0", LoggingConfigurationResource, "ABCdef34ghIJ"})
	f("arn:aws:ivschat:-:1:room/000000000000", ARN{"-", "1", RoomResource, "000000000000"})
	longest := strings.Repeat("9", MaxARNLength-len("arn:aws:ivschat:r::room/g1H2I3j4k5L6"))
	f("arn:aws:ivschat:r:"+longest+":room/g1H2I3j4k5L6", ARN{"r", longest, RoomResource, "g1H2I3j4k5L6"})
}

func TestParseARNRefuses(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		got, err := ParseARN(in)
		if err == nil || !strings.Contains(err.Error(), want) || got != (ARN{}) {
			t.Errorf("%q: got %+v, %v, want an error with %q", in, got, err, want)
		}
		if err != nil && len(in) > 6 && strings.Contains(err.Error(), in) {
			t.Errorf("%q: the error quotes it: %v", in, err)
		}
	}
	const form = "must be an ARN of the form"
	f("", form)
	f("g1H2I3j4k5L6", form)
	f("arn:aws:ivschat:us-west-2:123456789012", form)
	f("arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6:", form)
	f("arn:aws:ivschat:us-west-2:123456789012:room:g1H2I3j4k5L6", form)
	f("ARN:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6", form)
	f("arn:aws-cn:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6", form)
	f("arn:aws:ivs:us-west-2:123456789012:channel/g1H2I3j4k5L6", form)
	f(" arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6", form)

	f("arn:aws:ivschat::123456789012:room/g1H2I3j4k5L6", "region")
	f("arn:aws:ivschat:US-WEST-2:123456789012:room/g1H2I3j4k5L6", "region")
	f("arn:aws:ivschat:us_west:123456789012:room/g1H2I3j4k5L6", "region")
	f("arn:aws:ivschat:us-west-2::room/g1H2I3j4k5L6", "account")
	f("arn:aws:ivschat:us-west-2:12345678901a:room/g1H2I3j4k5L6", "account")
	f("arn:aws:ivschat:us-west-2:-1:room/g1H2I3j4k5L6", "account")

	const kind = "must name a room or a logging-configuration"
	f("arn:aws:ivschat:us-west-2:123456789012:", kind)
	f("arn:aws:ivschat:us-west-2:123456789012:room", kind)
	f("arn:aws:ivschat:us-west-2:123456789012:Room/g1H2I3j4k5L6", kind)
	f("arn:aws:ivschat:us-west-2:123456789012:rooms/g1H2I3j4k5L6", kind)
	f("arn:aws:ivschat:us-west-2:123456789012:/g1H2I3j4k5L6", kind)

	const id = "must end in an identifier of 12 characters"
	f("arn:aws:ivschat:us-west-2:123456789012:room/", id)
	f("arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L", id)
	f("arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L66", id)
	f("arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6/", id)
	f("arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3/4k5L6", id)
	f("arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L\n", id)

	f("arn:aws:ivschat:r:"+strings.Repeat("9", MaxARNLength)+":room/g1H2I3j4k5L6", "length less than or equal to 128")
	f(strings.Repeat(":", 1<<20), "length")
}
