// Package sigv4 verifies requests that AWS SDKs have signed: AWS Signature Version 4 in the Authorization header.
//
// SDKs differ in which headers they sign and in whether they name the hash of the body (protocol.md section 1), so the
// verifier follows the request's own list: it signs the request again, with the signer of the AWS SDK for Go and
// exactly the headers that SignedHeaders names, and compares. What it insists on beyond that list is that the host and
// the date are signed, that the body is, and that a session token is when there is one.
//
// The canonical path is the raw path of the request line, encoded once more; so the caller must pass the path as it
// came, never one that was decoded.
//
// What is not accepted: signatures in the query (presigned URLs), unsigned or streamed payloads, the asymmetric
// variant (SigV4A), and requests dated only by the Date header: the SDK's signer cannot express them, and no SDK
// that knows IVS Chat sends them.
//
// A verified request can be repeated by whoever saw it while its date is within MaxSkew, as with AWS: the transport
// has to keep it from being seen.
package sigv4
