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

/// Reads files as they grow, by name or pattern, through rotation (renamed, or copied and
/// truncated) and restarts. How far it came stands in
/// `<data>/positions/`, written after the commit; lines that a crash makes it read again have the
/// same identities and are duplicates (docs/decisions/README.md 19). Lives on the disk's thread.
class Tail final : public Source {
 public:
  /// Files that one source has open at most, and a moment long one more (app/descriptors.cc counts
  /// on it); the others are closed while they are quiet.
  static constexpr std::size_t kMostOpen = 62;

  Tail(config::Source config, Intake& intake, const Snapshot<config::PushIngest>& pushes,
       const DataFolder& data);

  Result<void> open(Workers& workers) override;
  void start(Workers& workers) override;

 private:
  http::asio::awaitable<void> run();
  TailedFile* known(const TailedFile::Identity& identity) const;
  void find();
  bool is_known(const std::string& path);
  void adopt(const std::string& path);
  void resume(TailedFile& file);
  std::unique_ptr<TailedFile> find_again(const TailPlace& place) const;
  void tell_unread(const TailPlace& place, const TailedFile& found);
  void trouble(std::string_view what, const Error& error);
  http::asio::awaitable<bool> read(TailedFile& file);
  http::asio::awaitable<std::vector<model::Event>> events_of(const TailedFile& file,
                                                             const TailCut& cut);
  bool rouse(TailedFile& file);
  void rest(TailedFile& file) const;
  void let_go();
  void save(bool now);

  const Decoder decoder_;
  const PositionFile file_;
  // Older ones first: what a rotation took away is read before what took its place
  std::vector<std::unique_ptr<TailedFile>> files_;
  std::vector<TailPlace> before_;  // of the last run, not found yet
  std::vector<TailPlace> saved_;
  std::set<std::string> unreadable_;  // told once
  std::string said_;                  // what went wrong last
  std::chrono::steady_clock::time_point saved_at_{};
};

}  // namespace alarum::ingest
