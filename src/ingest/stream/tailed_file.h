#pragma once
#include <ctime>
#include <memory>
#include <optional>

#include "base/random.h"
#include "ingest/stream/tail_state.h"

namespace alarum::ingest {

/// One file that grows, and how far it was read. It may be closed while it is quiet: wake() opens
/// it by its name. Blocks on the disk: for the disk's thread.
class TailedFile {
 public:
  struct Identity {
    std::uint64_t device = 0, inode = 0;
    friend auto operator<=>(const Identity&, const Identity&) = default;
  };
  /// Of what stands at `path` now; nullopt: nothing, or no regular file.
  static std::optional<Identity> identify(const std::string& path);

  /// From the beginning. Error `cannot_read`.
  static Result<std::unique_ptr<TailedFile>> open(const std::string& path, Random& random);
  ~TailedFile();
  TailedFile(const TailedFile&) = delete;
  TailedFile& operator=(const TailedFile&) = delete;

  Identity identity() const { return {place_.device, place_.inode}; }
  const TailPlace& place() const { return place_; }
  void seen_at(const std::string& path) { place_.path = path; }
  /// `place` may have been written of this file: the devices' numbers may be others after a start
  /// of the machine, where its beginning proves it.
  bool may_be(const TailPlace& place) const {
    return place.inode == place_.inode && (place.device == place_.device || place.head > 0);
  }
  /// Goes on at `place`, which was written of this file. False: it is another, or was written anew
  /// since.
  bool resume(const TailPlace& place);

  bool is_open() const { return handle_ >= 0; }
  /// Holds no descriptor from now on.
  void close();
  /// Opens it again where its name is still its own and there may be something new in it. Error
  /// `cannot_read`.
  Result<void> wake();

  enum class Look { same, truncated };
  /// Sees whether it was truncated, also where it has grown again since: it begins anew then.
  /// Closed: the same. `unread`: bytes that were there at the last look and are gone.
  Look look(std::uint64_t& unread);
  /// What stands after the place, at most `most` bytes.
  Result<std::string> read(std::size_t most);
  void advance(std::uint64_t bytes, bool passing_over);
  /// Bytes that stand after the place, as of the last look().
  std::uint64_t waiting() const { return size_ > place_.offset ? size_ - place_.offset : 0; }
  /// Nothing has a name for it any more. Of a closed one nobody knows: false.
  bool unlinked() const;

  int rounds_idle = 0;  ///< the tail's: looks in a row at which nothing was new

 private:
  TailedFile(int handle, TailPlace place, Random& random)
      : handle_(handle), place_(std::move(place)), random_(random) {}
  std::string mark_of(std::uint64_t head) const;
  void begin_anew();

  int handle_;  // -1: closed
  TailPlace place_;
  Random& random_;  // of incarnations
  std::uint64_t size_ = 0;
  timespec changed_{};     // at the last look
  bool reopened_ = false;  // since the last look: another file may have its inode by now
};

}  // namespace alarum::ingest
