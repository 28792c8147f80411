#pragma once
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace alarum::ingest {

/// Reads a BMC's log (Redfish DSP0266, LogService and LogEntry) from a moment on: finds the log
/// service that keeps events, then goes through its entries page by page. Given answers it says
/// what to ask next. Pure; one reading.
class RedfishLog {
 public:
  static constexpr std::size_t kMostPages = 500, kMostEntries = 20'000, kMostLinks = 1000,
                               kMostBytes = 64 << 20;

  /// `service`: the path of the log service; empty: the best one among those of the systems and
  /// managers. `since`: by the BMC's clock.
  RedfishLog(std::string service, Time since);

  /// The path to ask for (GET).
  std::string next() const { return todo_.back().path; }
  enum class News {
    none,     ///< there is more to ask
    done,     ///< entries()
    nothing,  ///< there is no log to be read: text()
    fault     ///< text() says why; begin anew later
  };
  News take(unsigned status, std::string_view body);
  const std::string& text() const { return text_; }

  /// Each as it stands, of `since` or later.
  const std::vector<std::string>& entries() const { return entries_; }
  /// The log service that was read.
  const std::string& service() const { return service_; }
  /// Entries whose time tells nothing, and how many were not asked for since there are too many.
  std::size_t undated() const { return undated_; }
  std::size_t left_out() const { return left_out_; }

 private:
  enum class Kind { owners, owner, services, service, page, entry };
  struct Ask {
    Kind kind;
    std::string path;
  };
  News refused(unsigned status);
  void found(Kind kind, std::string_view body);
  void weigh(const std::string& asked, std::string_view body);
  void take_page(std::string_view body);
  void take_entry(std::string_view raw);
  void take_link(std::string path);
  News go_on();

  const Time since_;
  std::vector<Ask> todo_;  // the last is next
  std::string service_, best_entries_, text_;
  int best_ = -1;
  std::vector<std::string> entries_;
  std::deque<std::string> links_;  // to entries that the pages only name
  std::size_t pages_ = 0, bytes_ = 0, undated_ = 0, left_out_ = 0;
};

}  // namespace alarum::ingest
