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

/// Decodes one line or message in the format of a source's config: CloudEvents, JSON by a mapping,
/// syslog, or Redfish. Owned by the source. decode() may run on several threads at once. A reload
/// may replace the mappings; each call uses those in force.
class Decoder {
 public:
  /// Makes the id of an event whose format has none. Files and event streams pass the place of the
  /// message, so that reading it again gives the same id.
  using NewId = std::function<std::string()>;

  /// Both references must outlive this.
  Decoder(const config::Source& source, const Snapshot<config::PushIngest>& pushes);

  model::Format format() const;
  std::uint64_t longest() const { return source_.event.bytes; }  ///< bytes of a message
  /// The events of one message: usually one; a mapping with `items` and Redfish may give several.
  /// Events past the limits of the source are errors. The outer error is about the message as a
  /// whole, for example `unknown_source` if a reload has removed the mapping.
  Result<std::vector<Decoded>> decode(std::string_view line, std::string_view sender, Time now,
                                      const NewId& new_id) const;

 private:
  const config::Source& source_;
  const Snapshot<config::PushIngest>& pushes_;
  cctz::time_zone zone_;  // of syslog times without a zone
};

}  // namespace alarum::ingest
