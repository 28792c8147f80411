#pragma once
#include <string>

#include "base/node.h"
#include "base/time.h"
#include "config/receiver.h"
#include "config/secret.h"

namespace alarum::config {

/// `{cloud_eye: URL, …}` of `sources`: an account of Huawei Cloud whose events are asked for.
struct CloudEye {
  std::string url;      ///< of the region's endpoint, without a slash at its end
  std::string project;  ///< its id
  Secret access_key, secret_key;
  Duration every = std::chrono::minutes(1);  ///< between two rounds; 1 s to 1 h
  /// How late an event may be shown; 1 m to 24 h, at most `dedup.window`
  Duration overlap = std::chrono::minutes(15);
  /// How far back the very first round goes; 0 to 30 d
  Duration backfill = std::chrono::hours(1);
  Http http;  ///< TLS and proxy

  friend bool operator==(const CloudEye&, const CloudEye&) = default;
};

/// Reads an entry of `sources`. `dedup_window`: that of the config. Every fault goes to `out`.
CloudEye read_cloud_eye(const Node& node, Duration dedup_window, Diagnostics& out);

}  // namespace alarum::config
