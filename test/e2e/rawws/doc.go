// Package rawws is a WebSocket client for tests. It shares no code with the server, speaks over a bare TCP connection,
// and does exactly what it is told, so that a test can send every byte sequence that a real client would not.
package rawws
