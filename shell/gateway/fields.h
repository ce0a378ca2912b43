// Which header fields go on, in both directions, and which ones the gateway adds: what ingress-nginx sends with its defaults.
// Pure functions over views.
#pragma once

#include <string_view>
#include <vector>

#include "gateway/message.h"
#include "route/request.h"

namespace graylane::gateway {

/// What the gateway tells a backend of a request. Empty values are not sent.
struct Told {
  std::string_view request_id;  // used when the client sent none
  std::string_view client;      // address
  std::string_view host;
  std::string_view port;
  std::string_view scheme;
  std::string_view forwarded_prefix;
  std::string_view forwarded_for;  // empty: as `client`
  std::string_view original_uri;
};

struct RequestFields {
  std::vector<HeaderField> fields;  // for the backend
  std::string_view request_id;      // the client's, else the one told
};

/// The backend's fields: the client's own, in their order, and then what the gateway tells. Left out of the client's: what the
/// gateway tells itself; what belongs to one connection (Connection, Keep-Alive, TE, Transfer-Encoding, Upgrade, Expect); Host
/// and Content-Length, which are written anew; Proxy; and names that nginx does not let pass (`plain_names`: there are none).
void make_request_fields(std::span<const HeaderField> received, bool plain_names, const Told& told,
                         const route::ListenerOptions& options, RequestFields& out);

/// The client's fields. Left out of the upstream's: what belongs to one connection, framing, Date and Server, and what it says
/// to nginx alone (X-Accel-*).
void make_response_fields(std::span<const HeaderField> received, std::vector<HeaderField>& out);

/// What the listener changes in them: options.edits_answers().
void edit_response_fields(std::span<const HeaderField> received, const route::ListenerOptions& options,
                          std::vector<HeaderField>& out);

}  // namespace graylane::gateway
