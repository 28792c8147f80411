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

/// What is in the journal of one BMC, from `from` on (or from where the journal begins now): events
/// of Redfish whose source is its address or whose extension `context` is its subscription's. Reads
/// the disk: on the disk's thread, which it leaves to others between two blocks. Errors: of reading
/// the journal, which outlives it.
http::asio::awaitable<Result<std::vector<Occurrence>>> pushed_since(journal::JournalView& journal,
                                                                    model::Offset from,
                                                                    std::string address,
                                                                    std::string context);

}  // namespace alarum::ingest
