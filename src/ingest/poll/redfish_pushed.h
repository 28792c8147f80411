#pragma once
#include <string>
#include <vector>

#include "base/result.h"
#include "http/completion.h"
#include "http/handler.h"
#include "ingest/poll/redfish_missed.h"
#include "journal/view.h"
#include "model/record.h"

namespace alarum::ingest {

/// The occurrences that one BMC has pushed, as the journal has them from offset `from` on (or from
/// its first record, if that is later). An event belongs to the BMC if its source is `address` or
/// its extension `context` is the subscription's. `context`: empty matches no event.
///
/// Reads the disk, so it runs on `source-files`, and yields to other coroutines between two blocks.
/// Memory: of more than 200,000 occurrences only the latest are returned. If retention removes what
/// is being read, it begins again, 5 times at most. Errors: those of reading `journal`, which must
/// outlive the coroutine.
http::asio::awaitable<Result<std::vector<Occurrence>>> pushed_since(journal::JournalView& journal,
                                                                    model::Offset from,
                                                                    std::string address,
                                                                    std::string context);

}  // namespace alarum::ingest
