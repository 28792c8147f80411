#pragma once
#include <string_view>
#include <vector>

#include "config/push_ingest.h"
#include "http/handler.h"
#include "ingest/cloudevents.h"

namespace alarum::ingest {

/// Any JSON as events, by a mapping of the config (docs/formats/json.md). `data` is the item as it
/// stands; `name` is the source and the type where the mapping names none. `new_id` gives the id of
/// an event that has none of its own; one that its items share gets their index, and one that no
/// attribute can be (longer than kMaxAttribute, control characters) is known by its hash.
///
/// Errors of the body: those of check_json; `no_items` where its `items` are no array. Of an item:
/// `missing_attribute`, which names the place that the mapping points to. A time that cannot be
/// read is left out: the event is then of its arrival.
Result<std::vector<Decoded>> decode_json(const config::JsonSource& source, std::string_view name,
                                         const http::Request& request, std::string_view json,
                                         const std::function<std::string()>& new_id);
/// The same of what stands in a file or an event stream: each event's `place_of` is its id where it
/// has none of its own, else its place (model::kPlaceMark).
Result<std::vector<Decoded>> decode_placed_json(const config::JsonSource& source,
                                                std::string_view name, const http::Request& request,
                                                std::string_view json,
                                                const std::function<std::string()>& place_of);

}  // namespace alarum::ingest
