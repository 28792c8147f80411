#pragma once
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace alarum::cli {

struct SilenceOptions {
  std::string url = "http://127.0.0.1:9797";
  std::string id;  ///< of `expire` and `update`
  /// `alertname=Down`, `subject=~"bms-1.*"`; a bare word is an alertname
  std::vector<std::string> matchers;
  std::optional<Duration> duration;  ///< 1 h where nothing is said
  std::string author, comment;
  bool until_resolved = false;
  bool dry_run = false;
  bool expired = false;  ///< of `query`: the expired ones too
  bool json = false;
};

/// Each prints what came of it, and gives 0, or 1 when the bridge refuses or cannot be reached.
/// `add` prints the new id; with `dry_run` what it matches now, and what it would have hidden in
/// the last 7 days.
int silence_add(const SilenceOptions& options, std::ostream& out, std::ostream& err);
int silence_query(const SilenceOptions& options, std::ostream& out, std::ostream& err);
/// Gives a silence another end, counted from now.
int silence_update(const SilenceOptions& options, std::ostream& out, std::ostream& err);
int silence_expire(const SilenceOptions& options, std::ostream& out, std::ostream& err);

/// `alarum ack ALERT_ID`: nobody is reminded of it until it ends, or until `duration` is over.
int ack_command(const SilenceOptions& options, std::ostream& out, std::ostream& err);
/// `alarum unack ALERT_ID`: takes that back.
int unack_command(const SilenceOptions& options, std::ostream& out, std::ostream& err);
/// `alarum resolve ALERT_ID`: it ends now, whatever its rule waits for.
int resolve_command(const SilenceOptions& options, std::ostream& out, std::ostream& err);

/// `&filter=…` for each matcher of `words`; a bare word is an alertname, `a=b,c=d` are two. Error:
/// what is none.
Result<std::string> filters_of(const std::vector<std::string>& words);

}  // namespace alarum::cli
