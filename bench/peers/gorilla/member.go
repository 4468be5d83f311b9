package main

import (
	"time"

	"github.com/gorilla/websocket"
)

const (
	writeWait  = 10 * time.Second
	pongWait   = 60 * time.Second
	pingPeriod = pongWait * 9 / 10
	maxMessage = 4 << 10 // bytes
)

// member is a connection.
type member struct {
	hub  *hub
	conn *websocket.Conn
	send chan []byte
}

func (m *member) read() {
	defer func() {
		m.hub.leave <- m
		_ = m.conn.Close()
	}()
	m.conn.SetReadLimit(maxMessage)
	_ = m.conn.SetReadDeadline(time.Now().Add(pongWait))
	m.conn.SetPongHandler(func(string) error { return m.conn.SetReadDeadline(time.Now().Add(pongWait)) })
	for {
		_, message, err := m.conn.ReadMessage()
		if err != nil {
			return
		}
		m.hub.publish <- message
	}
}

func (m *member) write() {
	ticker := time.NewTicker(pingPeriod)
	defer func() {
		ticker.Stop()
		_ = m.conn.Close()
	}()
	for {
		select {
		case message, open := <-m.send:
			if !m.writeAll(message, open) {
				return
			}
		case <-ticker.C:
			_ = m.conn.SetWriteDeadline(time.Now().Add(writeWait))
			if m.conn.WriteMessage(websocket.PingMessage, nil) != nil {
				return
			}
		}
	}
}

// writeAll writes what waits in the channel as one WebSocket message, with lines between.
func (m *member) writeAll(message []byte, open bool) bool {
	_ = m.conn.SetWriteDeadline(time.Now().Add(writeWait))
	if !open {
		_ = m.conn.WriteMessage(websocket.CloseMessage, nil)
		return false
	}
	w, err := m.conn.NextWriter(websocket.TextMessage)
	if err != nil {
		return false
	}
	_, _ = w.Write(message) // Close returns the error
	for range len(m.send) {
		_, _ = w.Write([]byte{'\n'})
		_, _ = w.Write(<-m.send)
	}
	return w.Close() == nil
}
