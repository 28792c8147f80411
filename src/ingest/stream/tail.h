#pragma once
#include <memory>
#include <set>
#include <vector>

#include "ingest/position_file.h"
#include "ingest/stream/decoder.h"
#include "ingest/stream/source.h"
#include "ingest/stream/tail_lines.h"
#include "ingest/stream/tailed_file.h"

namespace alarum::ingest {

/// A source that reads files as they grow, by name or pattern (glob(7)), through rotation (renamed,
/// or copied and truncated) and restarts. Positions are written to `<data>/positions/` after the
/// commit. Lines that are read again after a crash have the same identities, so they are duplicates
/// (docs/decisions/README.md 19). It looks for news every 100 ms. Runs on the thread
/// `source-files`, because reading may block.
class Tail final : public Source {
 public:
  /// Files that one source has open at most, and for a moment one more (app/descriptors.cc counts
  /// on it). The others are closed while nothing is written to them.
  static constexpr std::size_t kMostOpen = 62;

  Tail(config::Source config, Intake& intake, const Snapshot<config::PushIngest>& pushes,
       const DataFolder& data);

  Result<void> open(Workers& workers) override;
  void start(Workers& workers) override;

 private:
  http::asio::awaitable<void> run();
  TailedFile* known(const TailedFile::Identity& identity) const;
  // Opens files that are new at the pattern; at the first call also looks for files that were
  // renamed since the last run.
  void find();
  bool is_known(const std::string& path);
  void adopt(const std::string& path);
  // Continues where the last run stopped in that file, if it is one of before_.
  void resume(TailedFile& file);
  std::unique_ptr<TailedFile> find_again(const TailPlace& place) const;
  // Reports files that were rotated away between two runs and match no pattern.
  void tell_unread(const TailPlace& place, const TailedFile& found);
  // Logs an error, once until it changes.
  void trouble(std::string_view what, const Error& error);
  // Reads and commits one chunk. True if there may be more at once.
  http::asio::awaitable<bool> read(TailedFile& file);
  http::asio::awaitable<std::vector<model::Event>> events_of(const TailedFile& file,
                                                             const TailCut& cut);
  bool rouse(TailedFile& file);
  void rest(TailedFile& file) const;
  void let_go();
  void save(bool now);

  const Decoder decoder_;
  const PositionFile file_;
  // Older files first, so that a rotated file is read before the one that replaced it
  std::vector<std::unique_ptr<TailedFile>> files_;
  std::vector<TailPlace> before_;     // places of the last run: not looked for yet, or not readable
  std::vector<TailPlace> saved_;      // what the position file has
  std::set<std::string> unreadable_;  // paths that could not be opened, which was logged once
  std::string said_;                  // the last error that was logged
  std::chrono::steady_clock::time_point saved_at_{};
};

}  // namespace alarum::ingest
