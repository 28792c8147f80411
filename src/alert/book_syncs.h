#pragma once
#include <functional>
#include <memory>
#include <mutex>

#include "base/result.h"
#include "base/snapshot.h"

namespace alarum::alert {

/// Whether a sync of the book's files means what it says. A system that cannot write a page to
/// disk says so at one sync, to one of those who ask, and forgets the page: the next sync
/// succeeds, and a power cut takes the page all the same. So whoever syncs these files (the
/// engine's thread, which makes checkpoints of the WAL, and the one that writes the engine's
/// checkpoints) does it here. After a sync that failed the files are in doubt: none counts until
/// all that could be lost was written again. Any thread.
class BookSyncs {
 public:
  /// Runs `sync`; its error begins the doubt. Error `book_in_doubt`: one has failed before, and
  /// `sync` was not run.
  Result<void> sync(const std::function<Result<void>()>& sync);
  /// Runs `write_again`, which writes all that could be lost, and syncs it; without an error the
  /// doubt ends.
  Result<void> settle(const std::function<Result<void>()>& write_again);
  /// Why they are in doubt; nullptr: they are not.
  std::shared_ptr<const Error> doubt() const { return doubt_.get(); }

 private:
  // One sync at a time: one that succeeds because another has just failed must not count, and a
  // channel would say so too late.
  std::mutex mutex_;
  Snapshot<Error> doubt_;
};

}  // namespace alarum::alert
