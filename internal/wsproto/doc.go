// Package wsproto turns bytes into WebSocket messages and messages into bytes (RFC 6455): the opening handshake, frame
// headers, masks, fragments, UTF-8, close codes. It knows neither sockets nor event loops, and it negotiates no
// extension.
//
//	 0                   1                   2                   3
//	 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//	+-+-+-+-+-------+-+-------------+-------------------------------+
//	|F|R|R|R| opcode|M| length (7)  | length (16, when the 7 say 126;|
//	|I|S|S|S|  (4)  |A|             |         64, when they say 127) |
//	|N|V|V|V|       |S|             |                               |
//	| |1|2|3|       |K|             | mask (32, when M), payload ... |
//	+-+-+-+-+-------+-+-------------+-------------------------------+
package wsproto
