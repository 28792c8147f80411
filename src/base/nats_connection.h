#pragma once
#include <nats/nats.h>

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace alarum {

/// Where a NATS server is, and how one proves who one is. A plain value.
struct NatsLogin {
  std::vector<std::string> servers;  ///< `host:port`, `nats://host:port` or `tls://host:port`
  std::string username, password, token;
  std::string credentials_file;  ///< a JWT and its seed
  bool encrypted = false;        ///< TLS; the rest is of TLS, and may be empty
  std::string ca_file, cert_file, key_file, server_name;
  bool insecure_skip_verify = false;
};

struct FreeNats {
  void operator()(natsOptions* options) const { natsOptions_Destroy(options); }
  void operator()(natsConnection* connection) const { natsConnection_Destroy(connection); }
  void operator()(jsCtx* stream) const { jsCtx_Destroy(stream); }
  void operator()(natsSubscription* subscription) const { natsSubscription_Destroy(subscription); }
  void operator()(natsMsg* message) const { natsMsg_Destroy(message); }
  void operator()(jsConsumerInfo* info) const { jsConsumerInfo_Destroy(info); }
  void operator()(jsStreamInfo* info) const { jsStreamInfo_Destroy(info); }
  void operator()(jsMsgMetaData* data) const { jsMsgMetaData_Destroy(data); }
  void operator()(jsPubAck* ack) const { jsPubAck_Destroy(ack); }
};
/// A thing of the library (nats.c) and who destroys it.
template <class T>
using OwnNats = std::unique_ptr<T, FreeNats>;

/// Connects, in two seconds for each server at most, beside the lookup of its name. A connection
/// that breaks is not made again by the library. Its threads are called `thread_name`. Errors:
/// those of nats_error(), and `bad_settings`.
Result<OwnNats<natsConnection>> connect_nats(const NatsLogin& login, const char* thread_name);

/// What a failure of the library means for whoever runs the daemon: `not_authenticated`,
/// `tls_failed` or `unreachable`. To be called on the thread that has just seen it.
Error nats_error(natsStatus status, const std::string& servers);

/// The library's own words about the last call of this thread that failed.
std::string nats_says(natsStatus status);

}  // namespace alarum
