package loadtest

import (
	"fmt"
	"testing"
	"time"
)

func TestDivide(t *testing.T) {
	f := func(n int, members ...int) {
		t.Helper()
		portions := divide(n, members)
		owners := make([]int, n)
		for party, p := range portions {
			if p.All != n || p.Own < 0 || (n <= sumOf(members) && p.Own > members[party]) {
				t.Fatalf("%d over %v gives %+v", n, members, portions)
			}
			for k := range 3 * n {
				if at, own := p.own(k); own {
					owners[k%n]++
					if at != k%n-p.First {
						t.Fatalf("number %d is the party's %d", k, at)
					}
				}
			}
		}
		for k, times := range owners {
			if times != 3 {
				t.Fatalf("%d over %v: number %d has %d owners", n, members, k, times)
			}
		}
	}
	f(1, 5)
	f(1, 0, 1)
	f(3, 5, 0, 5)
	f(21, 1000, 1000, 999)
	f(7, 1, 1, 1, 1, 1, 1, 1)
	f(0, 3)
	f(9, 2, 3)
}

func sumOf(list []int) (n int) {
	for _, v := range list {
		n += v
	}
	return n
}

func TestPlanSpreadsRates(t *testing.T) {
	censuses := []map[string]int{{"big": 60, "small": 1}, {"big": 30, "small": 1, "other": 8}}
	f := func(l Load, rates ...float64) {
		t.Helper()
		l.Duration = 10 * time.Second
		rooms, orders := plan(&l, censuses, newMarker(), marker{})
		if len(rooms) != 3 || len(orders) != 2 || len(orders[0].Rooms) != 2 || len(orders[1].Rooms) != 3 {
			t.Fatalf("planned %+v, %+v", rooms, orders)
		}
		for i, want := range rates { // big, other, small
			if got := rooms[i].Messages.Rate; got < want*0.999 || got > want*1.001 {
				t.Fatalf("room %q has the rate %v, want %v", rooms[i].Name, got, want)
			}
			if p := rooms[i].Publishers.All; p < 1 || p > rooms[i].Members {
				t.Fatalf("room %q has %d publishers", rooms[i].Name, p)
			}
		}
	}
	f(Load{Rate: 7}, 7, 7, 7)
	f(Load{Total: 100}, 90, 8, 2)
	f(Load{Total: 30, Equal: true}, 10, 10, 10)
	f(Load{Rate: 1, Publishers: 50}, 1, 1, 1)
}

func TestFreshTokensGoWhereTheirRoomIs(t *testing.T) {
	rooms := []roomPlan{{roomOrder: roomOrder{Name: "a", Members: 100}, parts: []int{75, 0, 25}}}
	var fresh []string
	for k := range 100 {
		fresh = append(fresh, fmt.Sprintf("a token-%d", k))
	}
	hands := deal(fresh, rooms, 3)
	if len(hands[0]) != 75 || len(hands[1]) != 0 || len(hands[2]) != 25 {
		t.Fatalf("dealt %d, %d, %d", len(hands[0]), len(hands[1]), len(hands[2]))
	}
	// A few tokens do not all go to the first.
	if hands = deal(fresh[:8], rooms, 3); len(hands[2]) < 1 || len(hands[2]) > 3 {
		t.Fatalf("dealt %d, %d, %d", len(hands[0]), len(hands[1]), len(hands[2]))
	}
	if hands = deal([]string{"b x", "b y", "b z"}, rooms, 3); len(hands[0]) != 1 || len(hands[1]) != 1 || len(hands[2]) != 1 {
		t.Fatalf("dealt %q", hands)
	}
}
