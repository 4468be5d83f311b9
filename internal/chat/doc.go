// Package chat is the wire vocabulary that both planes share: requests and frames of the messaging API, identifiers,
// resource names and limits.
//
// The rules are those of Amazon IVS Chat. Where it is silent the decision is ours, and the comment says so. All lengths
// called "characters" are Unicode code points; all lengths called "bytes" are bytes of UTF-8.
package chat
