// A chat room on Socket.IO, to compare throng with. It prints where it listens.
import { createServer } from "node:http";
import "bufferutil"; // ws takes it when it is there; without it this is not the comparison that was meant
import { Server } from "socket.io";

const http = createServer();
const io = new Server(http, {
  transports: ["websocket"],
  perMessageDeflate: false,
  serveClient: false,
});

// What its documentation advises against memory: the request of the handshake is of no more use.
io.engine.on("connection", (connection) => {
  connection.request = null;
});

io.on("connection", (socket) => {
  socket.join("room");
  socket.on("chat", (content) => io.to("room").emit("chat", content));
});

http.listen(0, "127.0.0.1", () => {
  console.log(`ws://127.0.0.1:${http.address().port}/socket.io/?EIO=4&transport=websocket`);
});
