#pragma once
#include <ctime>
#include <memory>
#include <optional>

#include "base/random.h"
#include "ingest/stream/tail_state.h"

namespace alarum::ingest {

/// One file that grows, and how far it was read. It may be closed while nothing is written to it;
/// wake() then opens it again by its name. Owned by Tail. Blocks on the disk, so it is used on the
/// thread `source-files`.
class TailedFile {
 public:
  /// What a file is recognised by while it is open or its inode is in use.
  struct Identity {
    std::uint64_t device = 0, inode = 0;
    friend auto operator<=>(const Identity&, const Identity&) = default;
  };
  /// The identity of the file that is at `path` now; nullopt if there is none, or no regular file.
  static std::optional<Identity> identify(const std::string& path);

  /// Opens a file to be read from its beginning. `random`: makes incarnations; must outlive this.
  /// Error `cannot_read`, also if it is no regular file.
  static Result<std::unique_ptr<TailedFile>> open(const std::string& path, Random& random);
  ~TailedFile();
  TailedFile(const TailedFile&) = delete;
  TailedFile& operator=(const TailedFile&) = delete;

  Identity identity() const { return {place_.device, place_.inode}; }
  const TailPlace& place() const { return place_; }
  /// The file has that name now, after a rename.
  void seen_at(const std::string& path) { place_.path = path; }
  /// Whether `place` can belong to this file. Device numbers may change when the machine boots;
  /// then resume() must prove it by the first bytes.
  bool may_be(const TailPlace& place) const {
    return place.inode == place_.inode && (place.device == place_.device || place.head > 0);
  }
  /// Continues at `place`. False if the file is shorter or begins with other bytes, so it is
  /// another file or was written again; then it stays at the beginning.
  bool resume(const TailPlace& place);

  bool is_open() const { return handle_ >= 0; }
  /// Gives the descriptor back; the place stays.
  void close();
  /// Opens the file again, provided that its name still leads to it and its size or change time has
  /// changed. Error `cannot_read`.
  Result<void> wake();

  enum class Look { same, truncated };
  /// Reads the size, and checks whether the file was truncated, even if it has grown again since;
  /// then reading begins at 0 with a new incarnation. A closed file is `same`. `unread`: set for
  /// `truncated` to the bytes that the last look() saw and nobody can read any more.
  Look look(std::uint64_t& unread);
  /// The bytes after the place, `most` at most and not past the size of the last look(). Error
  /// `cannot_read`.
  Result<std::string> read(std::size_t most);
  /// Moves the place, once the lines before it are in the journal.
  void advance(std::uint64_t bytes, bool passing_over);
  /// Bytes after the place, as of the last look().
  std::uint64_t waiting() const { return size_ > place_.offset ? size_ - place_.offset : 0; }
  /// Whether the file has no name any more. False for a closed file, since that cannot be known.
  bool unlinked() const;

  int rounds_idle = 0;  ///< for Tail: looks in a row that found nothing new

 private:
  TailedFile(int handle, TailPlace place, Random& random)
      : handle_(handle), place_(std::move(place)), random_(random) {}
  std::string mark_of(std::uint64_t head) const;
  void begin_anew();

  int handle_;  // -1: closed
  TailPlace place_;
  Random& random_;          // of incarnations
  std::uint64_t size_ = 0;  // at the last look
  timespec changed_{};      // the change time at the last look
  bool reopened_ = false;   // opened again since the last look, so the inode may have been reused
};

}  // namespace alarum::ingest
