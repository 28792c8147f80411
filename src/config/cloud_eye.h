#pragma once
#include <string>

#include "base/node.h"
#include "base/time.h"
#include "config/receiver.h"
#include "config/secret.h"

namespace alarum::config {

/// `{cloud_eye: URL, …}` of `sources`: an account of Huawei Cloud whose events are polled
/// (ingest/poll/cloud_eye.h).
struct CloudEye {
  std::string url;      ///< of the region's endpoint, without a slash at its end
  std::string project;  ///< its id
  Secret access_key, secret_key;
  Duration every = std::chrono::minutes(1);  ///< between two polls; 1 s to 1 h
  /// How late an event may become visible: each poll reads this much again. 1 min to 24 h, and not
  /// more than `dedup.window`, because duplicates must be recognised.
  Duration overlap = std::chrono::minutes(15);
  /// How far back the very first poll reads; 0 to 30 d.
  Duration backfill = std::chrono::hours(1);
  Http http;  ///< TLS and proxy

  friend bool operator==(const CloudEye&, const CloudEye&) = default;
};

/// Reads an entry of `sources`. `dedup_window`: `dedup.window` of the config. Faults go to `out`;
/// the result must not be used then.
CloudEye read_cloud_eye(const Node& node, Duration dedup_window, Diagnostics& out);

}  // namespace alarum::config
