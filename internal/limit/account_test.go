package limit

import "testing"

func TestAccount(t *testing.T) {
	a := NewAccount(DefaultAccountRates, new(AccountBuckets))
	f := func(name string, q *Quota, want int) {
		t.Helper()
		if q.Limit() != want {
			t.Errorf("%s: limit %d, want %d", name, q.Limit(), want)
		}
		got := 0
		for q.Take(sec) {
			got++
		}
		if got != want {
			t.Errorf("%s: took %d at once, want %d", name, got, want)
		}
		got = 0
		for q.Take(sec + sec/10) {
			got++
		}
		if got != want/10 {
			t.Errorf("%s: took %d after a tenth of a second, want %d", name, got, want/10)
		}
	}
	// The quotas of protocol.md section 9, each for itself.
	f("SendMessage", &a.SendMessage, 1000)
	f("DeleteMessage", &a.DeleteMessage, 100)
	f("DisconnectUser", &a.DisconnectUser, 100)

	a = NewAccount(AccountRates{SendMessage: 20, DeleteMessage: 30, DisconnectUser: 40}, new(AccountBuckets))
	f("SendMessage", &a.SendMessage, 20)
	f("DeleteMessage", &a.DeleteMessage, 30)
	f("DisconnectUser", &a.DisconnectUser, 40)
}
