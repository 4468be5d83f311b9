// Package store keeps the rooms: durably in a JetStream KV bucket, and all of them in memory, where they are read.
//
// The copy in memory is kept by a watcher, so every process sees what the others write, a moment later. What a process
// writes itself it sees at once. Both meet under the order of revisions: the server numbers all writes of the bucket, and
// nothing older ever replaces something newer.
//
//	Create, Update, Delete ──▶ bucket ──▶ watcher ──▶ memory ──▶ Get, List, OnChange
//	          └──────────── own writes, at once ────────┘
package store
