package edge

// Help says what each of the edge's metrics counts, by family. Where the user guide's CloudWatch table has the metric,
// its name there comes first.
var Help = map[string]string{
	"throng_concurrent_chat_connections":                     "ConcurrentChatConnections: connections that are members of a room.",
	"throng_messaging_requests_total":                        "MessagingRequests: requests made by clients on open connections, refused ones too.",
	"throng_messaging_deliveries_total":                      "MessagingDeliveries: messages and events delivered to connections.",
	"throng_requests_total":                                  "Requests by Action: requests made by clients on open connections.",
	"throng_deliveries_total":                                "Deliveries by Action: messages and events delivered to connections, by what caused them.",
	"throng_invocation_errors_total":                         "InvocationErrors by Uri: message review handlers that could not be invoked.",
	"throng_response_validation_errors_total":                "ResponseValidationErrors: answers of message review handlers that were not valid.",
	"throng_log_destination_errors_total":                    "LogDestinationErrors: chat logs that could not be delivered.",
	"throng_log_destination_access_denied_errors_total":      "LogDestinationAccessDeniedError: chat logs whose destination denied access.",
	"throng_log_destination_resource_not_found_errors_total": "LogDestinationResourceNotFoundErrors: chat logs whose destination does not exist.",

	"throng_connects_total":             "Handshakes that were accepted.",
	"throng_handshake_duration_seconds": "Time from a whole upgrade request to its acceptance, the token's claim included.",
	"throng_fanout_delay_seconds":       "Time from a message's publication to its last member, a room, loop and walk, laggards apart.",
	"throng_handshake_refusals_total":   "Sockets that ended before they were members, by reason.",
	"throng_connection_closes_total":    "Members whose connection ended, by reason.",
	"throng_errors_total":               "ERROR frames sent, by code.",
	"throng_throttled_requests_total":   "Requests refused with 429, by the limit that was reached.",
	"throng_sockets":                    "Sockets that the edge holds, those in the handshake too.",
	"throng_lagging_connections":        "Members that have not taken what was sent to them.",
	"throng_skipped_deliveries_total":   "Messages and events that a member missed because it was too far behind.",
	"throng_fanout_writes_total":        "Writes made by the fan-out; deliveries for each of them are the frames per write.",
	"throng_edge_panics_total":          "Defects of throng that cost a connection instead of the process.",
}
