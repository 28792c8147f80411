#include "alert/book_syncs.h"

namespace alarum::alert {

Result<void> BookSyncs::sync(const std::function<Result<void>()>& sync) {
  const std::lock_guard lock(mutex_);
  if (const auto why = doubt()) {
    return fail("history_in_doubt",
                "the history has to be written again first, because " + why->message);
  }
  auto done = sync();
  if (!done) doubt_.set(std::make_shared<const Error>(done.error()));
  return done;
}

Result<void> BookSyncs::settle(const std::function<Result<void>()>& write_again) {
  const std::lock_guard lock(mutex_);
  auto done = write_again();
  doubt_.set(done ? nullptr : std::make_shared<const Error>(done.error()));
  return done;
}

}  // namespace alarum::alert
