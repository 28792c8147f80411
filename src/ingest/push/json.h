#pragma once
#include <string_view>
#include <vector>

#include "config/push_ingest.h"
#include "http/handler.h"
#include "ingest/cloudevents.h"

namespace alarum::ingest {

/// Decodes any JSON into events by a mapping of the config (docs/formats/json.md). `data` is the
/// item, byte for byte. `name`: the mapping's name, which is the source and the type if the mapping
/// names none. `request`: its headers, which a mapping may use. Pure but for `new_id`.
///
/// `new_id` makes the id of an event that has none of its own. An id that all items of a body share
/// gets the item's index. An id that cannot be an attribute (longer than kMaxAttribute, or with
/// control characters) is replaced by its SHA-256.
///
/// Errors of the body: those of check_json; `no_items` if the mapping's `items` are no array, or
/// the body is an array and the mapping names none. Of an item: `missing_attribute`, naming the
/// place that the mapping points to. A time that cannot be read is left out; the event then has the
/// time of its arrival.
Result<std::vector<Decoded>> decode_json(const config::JsonSource& source, std::string_view name,
                                         const http::Request& request, std::string_view json,
                                         const std::function<std::string()>& new_id);
/// The same for lines of a file or an event stream. `place_of` names the place of the item there;
/// it is the id of an event without one, and otherwise stored as the extension model::kPlaceMark,
/// by which a line that is read again is recognised.
Result<std::vector<Decoded>> decode_placed_json(const config::JsonSource& source,
                                                std::string_view name, const http::Request& request,
                                                std::string_view json,
                                                const std::function<std::string()>& place_of);

}  // namespace alarum::ingest
