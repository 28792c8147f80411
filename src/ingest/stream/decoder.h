#pragma once
#include <cctz/time_zone.h>

#include <functional>
#include <string_view>
#include <vector>

#include "base/snapshot.h"
#include "config/push_ingest.h"
#include "config/sources.h"
#include "ingest/cloudevents.h"

namespace alarum::ingest {

/// Reads one line or message in the format that a source's config says. The mappings are those in
/// force at the moment.
class Decoder {
 public:
  /// Gives the id of an event whose format has none; of files and event streams it is the place
  /// where it stood.
  using NewId = std::function<std::string()>;

  Decoder(const config::Source& source, const Snapshot<config::PushIngest>& pushes);

  model::Format format() const;
  std::uint64_t longest() const { return source_.event.bytes; }  ///< bytes of a message
  /// Usually one; a mapping with `items` may make several. The outer error is of the line as a
  /// whole.
  Result<std::vector<Decoded>> decode(std::string_view line, std::string_view sender, Time now,
                                      const NewId& new_id) const;

 private:
  const config::Source& source_;
  const Snapshot<config::PushIngest>& pushes_;
  cctz::time_zone zone_;
};

}  // namespace alarum::ingest
