// Compression of answers that are large, for clients that ask for it. Pure.
#pragma once

#include "httpd/message.h"

namespace graylane::apiserver {

/// Smaller ones are sent as they are: on a network as near as most, compressing them takes longer than sending.
inline constexpr size_t kCompressedFrom = 128 * 1024;  // bytes

bool accepts_gzip(const httpd::Request& request);

/// A large body as gzip, made while it is sent, with the headers that say so. One that has a rest counts as large.
void compress(httpd::Response& response);

}  // namespace graylane::apiserver
