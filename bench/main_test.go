package bench

import (
	"testing"

	"github.com/throngchat/throng/loadtest"
)

func TestMain(m *testing.M) {
	loadtest.RunWorkerIfAsked()
	m.Run()
}
