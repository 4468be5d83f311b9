/* The floor: what the kernel alone asks for a delivery.
 *
 * One thread, one epoll, no rooms, tokens or limits: it upgrades whoever asks (echoing the token), and when a text frame
 * with "Content" comes in, it puts that content into a ready-made MESSAGE frame and writes it to each open connection. A
 * server in any language that writes to each member pays at least this.
 *
 *   cc -O2 -o floor floor.c && ./floor        (prints where it listens)
 *
 * It looks for new messages every SLICE writes, and each member's next write takes along all that is pending for it, up
 * to BATCH frames: so at rates above what the kernel can send one by one it coalesces as a good server would. A member
 * whose buffer is full waits for EPOLLOUT; when the frames kept have passed it by it skips to what is left, and the client
 * counts the loss.
 *
 * It trusts its client, the load generator: do not put it on a network. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	MAX_FD = 1 << 16, MAX_READ = 1 << 16, MAX_FRAME = 2048,
	SLICE = 256,                               /* writes between two looks for new messages */
	BATCH = 16, MAX_BATCH = BATCH * MAX_FRAME, /* frames and bytes of one write */
	KEPT = 1 << 10, RING = KEPT * MAX_FRAME    /* frames kept for those behind */
};

static int members[MAX_FD], count; /* descriptors of the upgraded connections */
static int place[MAX_FD];          /* descriptor -> index in members, or -1 */
static int blocked[MAX_FD];        /* descriptor -> its buffer is full */
static int ep;

/* The frames kept, by number modulo KEPT, and their bytes one behind the other in a ring. The ring's beginning is repeated
 * behind its end, so that every batch is one piece. */
static uint8_t ring[RING + MAX_BATCH];
static uint64_t start[KEPT], end; /* where frames begin, and where the newest ends, in bytes since the beginning of time */
static uint64_t head;             /* number of the frame to come */
static struct { uint64_t frame; uint32_t sent; } position[MAX_FD]; /* next frame, and how much of it has gone out */
static int next, left;            /* the walk: whom it visits next, and how many it has yet to visit */

static uint32_t rol(uint32_t x, int n) { return x << n | x >> (32 - n); }

/* SHA-1 (RFC 3174) of at most 110 bytes. */
static void sha1(const uint8_t *msg, size_t n, uint8_t out[20]) {
	uint32_t h[5] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
	uint8_t block[128] = {0};
	size_t size = n < 56 ? 64 : 128;
	memcpy(block, msg, n);
	block[n] = 0x80;
	block[size - 2] = n * 8 >> 8;
	block[size - 1] = n * 8;
	for (size_t at = 0; at < size; at += 64) {
		uint32_t w[80], a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
		for (int i = 0; i < 16; i++) {
			const uint8_t *p = block + at + 4 * i;
			w[i] = (uint32_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
		}
		for (int i = 16; i < 80; i++) w[i] = rol(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
		for (int i = 0; i < 80; i++) {
			uint32_t f = i < 20 ? ((b & c) | (~b & d)) + 0x5A827999
			           : i < 40 ? (b ^ c ^ d) + 0x6ED9EBA1
			           : i < 60 ? ((b & c) | (b & d) | (c & d)) + 0x8F1BBCDC
			                    : (b ^ c ^ d) + 0xCA62C1D6;
			uint32_t t = rol(a, 5) + f + e + w[i];
			e = d, d = c, c = rol(b, 30), b = a, a = t;
		}
		h[0] += a, h[1] += b, h[2] += c, h[3] += d, h[4] += e;
	}
	for (int i = 0; i < 20; i++) out[i] = h[i / 4] >> (24 - 8 * (i % 4));
}

/* base64 of 20 bytes: 28 characters. */
static void base64(const uint8_t in[20], char out[29]) {
	static const char abc[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	uint8_t b[21] = {0};
	memcpy(b, in, 20);
	for (int i = 0; i < 7; i++) {
		uint32_t v = b[3 * i] << 16 | b[3 * i + 1] << 8 | b[3 * i + 2];
		for (int k = 0; k < 4; k++) out[4 * i + k] = abc[v >> (18 - 6 * k) & 63];
	}
	out[27] = '=';
	out[28] = 0;
}

/* header copies the value of a request header; it returns 0 when there is none that fits. */
static int header(const char *request, const char *name, char *value, size_t size) {
	const char *at = strcasestr(request, name);
	if (!at) return 0;
	at += strlen(name);
	at += strspn(at, " ");
	size_t n = strcspn(at, "\r\n");
	if (n >= size) return 0;
	memcpy(value, at, n);
	value[n] = 0;
	return 1;
}

static void leave(int fd) {
	if (place[fd] >= 0) {
		members[place[fd]] = members[--count];
		place[members[count]] = place[fd];
		place[fd] = -1;
		if (left) left = count; /* the walk would not find the one that has moved */
	}
	close(fd);
}

static void upgrade(int fd, const char *request) {
	char key[110], token[2048], accept[29], answer[2400];
	uint8_t hash[20];
	if (!header(request, "\nSec-WebSocket-Key:", key, 64)) {
		leave(fd);
		return;
	}
	strcat(key, "258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
	sha1((uint8_t *)key, strlen(key), hash);
	base64(hash, accept);
	int has = header(request, "\nSec-WebSocket-Protocol:", token, sizeof token);
	int n = snprintf(answer, sizeof answer,
		"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		"Sec-WebSocket-Accept: %s\r\n%s%s%s\r\n",
		accept, has ? "Sec-WebSocket-Protocol: " : "", has ? token : "", has ? "\r\n" : "");
	if (write(fd, answer, n) != n) {
		leave(fd);
		return;
	}
	place[fd] = count;
	members[count++] = fd;
	blocked[fd] = 0;
	position[fd].frame = head;
	position[fd].sent = 0;
}

static uint64_t begins(uint64_t frame) { return frame == head ? end : start[frame % KEPT]; }

static void watch(int fd, int full) {
	struct epoll_event ev = {.events = EPOLLIN | (full ? EPOLLOUT : 0), .data.fd = fd};
	blocked[fd] = full;
	epoll_ctl(ep, EPOLL_CTL_MOD, fd, &ev);
}

/* flush writes once what a member has not had. It returns 1 when there is more for it. */
static int flush(int fd) {
	uint64_t from = position[fd].frame, to;
	if (from == head || blocked[fd]) return 0;
	if (head - from > KEPT) { /* passed by; half a frame cannot be taken back */
		if (position[fd].sent) return shutdown(fd, SHUT_RDWR), 0;
		from = position[fd].frame = head - KEPT;
	}
	to = head - from > BATCH ? from + BATCH : head;
	uint64_t at = begins(from) + position[fd].sent, n = begins(to) - at;
	ssize_t wrote = write(fd, ring + at % RING, n);
	if (wrote < 0) {
		if (errno == EAGAIN) watch(fd, 1);
		return 0; /* of any other error the next read tells */
	}
	for (at += wrote; from < to && begins(from + 1) <= at;) from++;
	position[fd].frame = from;
	position[fd].sent = at - begins(from);
	if ((uint64_t)wrote < n) watch(fd, 1);
	return !blocked[fd] && from < head;
}

/* walk visits the next few members. */
static void walk(void) {
	for (int n = 0; n < SLICE && left > 0; n++) {
		if (next >= count) next = 0;
		left--;
		if (count > 0 && flush(members[next++])) left = count;
	}
}

static void keep(const uint8_t *frame, int n) {
	start[head % KEPT] = end;
	for (int i = 0; i < n; i++) {
		uint64_t at = (end + i) % RING;
		ring[at] = frame[i];
		if (at < MAX_BATCH) ring[at + RING] = frame[i];
	}
	end += n;
	head++;
	left = count;
}

static void fan_out(const char *content, int size) {
	uint8_t frame[MAX_FRAME];
	int n = snprintf((char *)frame + 4, sizeof frame - 4,
		"{\"Type\":\"MESSAGE\",\"Id\":\"floorfloorfl\",\"RequestId\":\"00000000-0000-4000-8000-000000000000\","
		"\"Attributes\":null,\"Content\":\"%.*s\",\"SendTime\":\"2026-01-01T00:00:00.000000000Z\","
		"\"Sender\":{\"UserId\":\"viewer-00000\",\"Attributes\":{}}}", size, content);
	if (n < 126 || n > (int)sizeof frame - 5) return;
	frame[0] = 0x81, frame[1] = 126, frame[2] = n >> 8, frame[3] = n; /* final, text, 16 bits of length */
	keep(frame, n + 4);
}

/* need is the size of the frame at b, or 0 when n bytes do not tell. */
static int need(const uint8_t *b, int n) {
	if (n < 4) return 0;
	return (b[1] & 127) == 126 ? 8 + (b[2] << 8 | b[3]) : 6 + (b[1] & 127);
}

/* frame handles one whole frame; it returns 0 when the connection has ended. */
static int frame(int fd, uint8_t *b, int size) {
	int op = b[0] & 15, at = (b[1] & 127) == 126 ? 8 : 6;
	if (op == 8 || !(b[1] & 0x80)) return leave(fd), 0;
	if (op != 1) return 1;
	char content[MAX_FRAME], *from = 0;
	uint8_t *mask = b + at - 4;
	int n = size - at < MAX_FRAME - 1 ? size - at : MAX_FRAME - 1;
	for (int i = 0; i < n; i++) content[i] = b[at + i] ^ mask[i & 3];
	content[n] = 0;
	if ((from = strstr(content, "\"Content\":\""))) {
		from += strlen("\"Content\":\"");
		fan_out(from, strcspn(from, "\""));
	}
	return 1;
}

/* frames handles what one read gave. The rest of a frame that is cut is on its way already: it is waited for. */
static void frames(int fd, uint8_t *b, int n) {
	for (int at = 0, size; at < n; at += size) {
		while (!(size = need(b + at, n - at)) || size > n - at) {
			if (at + size > MAX_READ) return leave(fd);
			ssize_t more = read(fd, b + n, MAX_READ - n);
			if (more == 0 || (more < 0 && errno != EAGAIN && errno != EINTR)) return leave(fd);
			if (more > 0) n += more;
		}
		if (!frame(fd, b + at, size)) return;
	}
}

int main(void) {
	struct rlimit lim;
	getrlimit(RLIMIT_NOFILE, &lim);
	lim.rlim_cur = lim.rlim_max < MAX_FD ? lim.rlim_max : MAX_FD;
	setrlimit(RLIMIT_NOFILE, &lim);
	signal(SIGPIPE, SIG_IGN);
	memset(place, -1, sizeof place);

	struct sockaddr_in addr = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof addr;
	int one = 1, lis = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	ep = epoll_create1(0);
	if (bind(lis, (struct sockaddr *)&addr, sizeof addr) || listen(lis, 4096)) return perror("listen"), 1;
	getsockname(lis, (struct sockaddr *)&addr, &size);
	printf("ws://127.0.0.1:%d\n", ntohs(addr.sin_port));
	fflush(stdout);
	struct epoll_event ev = {.events = EPOLLIN, .data.fd = lis}, evs[256];
	epoll_ctl(ep, EPOLL_CTL_ADD, lis, &ev);

	static uint8_t buf[MAX_READ + 1];
	for (;;) {
		int n = epoll_wait(ep, evs, 256, left > 0 ? 0 : -1);
		for (int i = 0; i < n; i++) {
			int fd = evs[i].data.fd;
			if (fd == lis) {
				for (int c; (c = accept4(lis, 0, 0, SOCK_NONBLOCK)) >= 0;) {
					if (c >= MAX_FD) {
						close(c);
						continue;
					}
					setsockopt(c, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
					ev.data.fd = c;
					epoll_ctl(ep, EPOLL_CTL_ADD, c, &ev);
				}
				continue;
			}
			if (evs[i].events & EPOLLOUT) {
				watch(fd, 0);
				if (flush(fd)) left = count;
			}
			if (!(evs[i].events & ~EPOLLOUT)) continue;
			ssize_t got = read(fd, buf, MAX_READ / 2);
			if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
			if (got <= 0) leave(fd);
			else if (place[fd] >= 0) frames(fd, buf, got);
			else buf[got] = 0, upgrade(fd, (char *)buf); /* a request of the load generator comes in one read */
		}
		walk();
	}
}
