#pragma once
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace alarum::ingest {

/// Reads a BMC's log from a given time on (Redfish DSP0266, LogService and LogEntry): finds the log
/// service that has the events, then walks its entries page by page. Pure: the caller asks for
/// next() and hands the answer to take(), until the result is not `none`. For one reading.
class RedfishLog {
 public:
  /// Bounds of one reading. What exceeds them is counted by left_out().
  static constexpr std::size_t kMostPages = 500, kMostEntries = 20'000, kMostLinks = 1000,
                               kMostBytes = 64 << 20;

  /// `service`: the path of the log service; empty: the best one among those of all systems and
  /// managers, judged by name and LogEntryType. `since`: by the BMC's clock.
  RedfishLog(std::string service, Time since);

  /// The path to ask for (GET).
  std::string next() const { return todo_.back().path; }
  enum class News {
    none,     ///< ask for next()
    done,     ///< all was read, see entries()
    nothing,  ///< the BMC has no log that can be read; text() says why
    fault     ///< the BMC refuses or is busy (401, 403, 429, 5xx): start again later
  };
  /// Takes the answer to next(). Parts that answer otherwise than 200 are skipped.
  News take(unsigned status, std::string_view body);
  /// The reason for `nothing` and `fault`.
  const std::string& text() const { return text_; }

  /// The entries since the given time, each as its JSON.
  const std::vector<std::string>& entries() const { return entries_; }
  /// The path of the log service that was read; empty if none was found.
  const std::string& service() const { return service_; }
  /// Entries without a usable time, which are skipped.
  std::size_t undated() const { return undated_; }
  /// Entries and pages that were not read, because of a bound or because the BMC refused them.
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
  std::vector<Ask> todo_;  // requests to make; the last is next
  std::string service_, best_entries_, text_;
  int best_ = -1;  // how likely service_ is the log of events, see worth_of()
  std::vector<std::string> entries_;
  std::deque<std::string> links_;  // paths of entries that the pages only name
  std::size_t pages_ = 0, bytes_ = 0, undated_ = 0, left_out_ = 0;
};

}  // namespace alarum::ingest
