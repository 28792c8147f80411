#pragma once
#include <functional>
#include <memory>
#include <mutex>

#include "base/result.h"
#include "base/snapshot.h"

namespace alarum::alert {

/// Guards the syncs of the book's files. If a system cannot write a page to disk, it reports that
/// at one sync, to one caller, and forgets the page: the next sync succeeds, although a power cut
/// would lose the page. So everyone who syncs these files must do it here: the engine's thread,
/// which makes checkpoints of the WAL, and the one that writes the engine's checkpoints. After a
/// failed sync the files are in doubt, and no sync counts until everything that could be lost was
/// written again. Any thread; calls wait for each other and for the disk. The book owns the object.
class BookSyncs {
 public:
  /// Runs `sync` and returns its error, with which the doubt begins. Error `history_in_doubt`: an
  /// earlier sync has failed, and `sync` was not run.
  Result<void> sync(const std::function<Result<void>()>& sync);
  /// Runs `write_again`, which must write everything that could be lost and sync it. If it succeeds
  /// the doubt ends.
  Result<void> settle(const std::function<Result<void>()>& write_again);
  /// Why the files are in doubt; nullptr if they are not.
  std::shared_ptr<const Error> doubt() const { return doubt_.get(); }

 private:
  // One sync at a time. A sync that succeeds because another one has just failed must not count,
  // and a channel would report that too late.
  std::mutex mutex_;
  Snapshot<Error> doubt_;
};

}  // namespace alarum::alert
