#pragma once
#include <memory>
#include <optional>

#include "ingest/stream/tail_state.h"

namespace alarum::ingest {

/// One open file that grows, and how far it was read. Blocks on the disk: for the disk's thread.
class TailedFile {
 public:
  struct Identity {
    std::uint64_t device = 0, inode = 0;
    friend auto operator<=>(const Identity&, const Identity&) = default;
  };
  /// Of what stands at `path` now; nullopt: nothing, or no regular file.
  static std::optional<Identity> identify(const std::string& path);

  /// From the beginning. Error `cannot_read`.
  static Result<std::unique_ptr<TailedFile>> open(const std::string& path);
  ~TailedFile();
  TailedFile(const TailedFile&) = delete;
  TailedFile& operator=(const TailedFile&) = delete;

  Identity identity() const { return {place_.device, place_.inode}; }
  const TailPlace& place() const { return place_; }
  void seen_at(const std::string& path) { place_.path = path; }
  /// `place` may have been written of this file: the devices' numbers may be others after a start of the machine, where its beginning proves it.
  bool may_be(const TailPlace& place) const { return place.inode == place_.inode && (place.device == place_.device || place.head > 0); }
  /// Goes on at `place`, which was written of this file. False: it is another, or was written anew since.
  bool resume(const TailPlace& place);

  enum class Look { same, truncated };
  /// Sees whether it was truncated, also where it has grown again since: it begins anew then. `unread`: bytes that were there at the last look and are gone.
  Look look(std::uint64_t& unread);
  /// What stands after the place, at most `most` bytes.
  Result<std::string> read(std::size_t most);
  void advance(std::uint64_t bytes, bool passing_over);
  /// Bytes that stand after the place, as of the last look().
  std::uint64_t waiting() const { return size_ > place_.offset ? size_ - place_.offset : 0; }
  /// Nothing has a name for it any more.
  bool unlinked() const;

  int rounds_idle = 0;  ///< the tail's: looks in a row at which nothing was new

 private:
  TailedFile(int handle, TailPlace place) : handle_(handle), place_(std::move(place)) {}
  std::string mark_of(std::uint64_t head) const;
  void begin_anew();

  const int handle_;
  TailPlace place_;
  std::uint64_t size_ = 0;
};

}  // namespace alarum::ingest
