//go:build tools

// Package tools names etcd, which the end-to-end tests build: that of Debian 12 is too old for a kube-apiserver of today to offer
// watches that begin with what is there.
package tools

import _ "go.etcd.io/etcd/server/v3"
