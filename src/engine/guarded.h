#pragma once
#include <exception>

#include "base/log.h"
#include "base/result.h"

namespace alarum::engine {

/// An exception of `work` is logged and ends nothing else: it would be thrown again at each start.
template <class Work>
void guarded(const char* what, const Work& work) {
  try {
    work();
  } catch (const std::exception& fault) {
    log::error("engine", "an exception was caught; the engine goes on",
               {{"doing", what}, {"reason", fault.what()}});
  }
}

/// An exception is an error like others: what was to be written stays owed.
template <class Work>
Result<void> caught(const Work& work) {
  try {
    return work();
  } catch (const std::exception& fault) {
    return fail("exception", fault.what());
  }
}

}  // namespace alarum::engine
