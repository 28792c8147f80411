#pragma once
#include <exception>

#include "base/log.h"
#include "base/result.h"

namespace alarum::engine {

// A thread that lives as long as the daemon must survive an exception of any part. These two are
// the only handlers of the engine's thread; threads that answer questions use caught(), too.

/// Runs `work` and logs an exception (`what` says what was being done). The engine then goes on: to
/// end the process would not help, because the same record would throw again at each start.
template <class Work>
void guarded(const char* what, const Work& work) {
  try {
    work();
  } catch (const std::exception& fault) {
    log::error("engine", "an exception was caught; the engine goes on",
               {{"doing", what}, {"reason", fault.what()}});
  }
}

/// Runs `work` and turns an exception into the error `exception`, so that the caller treats it like
/// a failed write and tries again.
template <class Work>
Result<void> caught(const Work& work) {
  try {
    return work();
  } catch (const std::exception& fault) {
    return fail("exception", fault.what());
  }
}

}  // namespace alarum::engine
